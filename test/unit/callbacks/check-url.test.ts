import { describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../../activities/callbacks/address-guard.ts';
import { checkUrl } from '../../../activities/callbacks/check-url.ts';
import { hostileLiterals, hostileTexts } from './hostile-urls.ts';

describe('checkUrl', () => {
  const guard = createAddressGuard([]);
  const onLaptop = createAddressGuard(['127.0.0.0/8']);

  it.each(hostileLiterals)('refuses %s: %j', (_what, url) => {
    expect(checkUrl(url, guard)).toEqual({ ok: false, reason: expect.stringContaining('is not a public address') });
  });

  it.each(hostileTexts)('refuses %s: %j', (_what, url, reason) => {
    expect(checkUrl(url, guard)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it.each([
    ['https://example.org/hook?a=b#c', 'https://example.org'],
    ['http://EXAMPLE.org:8080/', 'http://example.org:8080'],
    ['https://example.org:443/', 'https://example.org'],
    ['https://93.184.216.34/', 'https://93.184.216.34'],
    ['http://[2606:4700::1111]:81/', 'http://[2606:4700::1111]:81'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example'],
    // Other parsers see the host 10.0.0.1 here; we post to what we have checked.
    ['http://example.org\\@10.0.0.1/', 'http://example.org'],
    // Whatever these resolve to is checked at the connect.
    ['http://metadata.google.internal/', 'http://metadata.google.internal'],
    ['http://127.0.0.1.nip.io/', 'http://127.0.0.1.nip.io'],
    ['http://notlocalhost/', 'http://notlocalhost'],
    ['http://localhost.example/', 'http://localhost.example'],
  ])('lets %s pass with the origin %s', (url, origin) => {
    expect(checkUrl(url, guard)).toEqual({ ok: true, url: new URL(url), origin });
  });

  it.each(['http://127.0.0.1:4000/', 'http://2130706433/', 'http://[::ffff:127.0.0.1]/', 'http://localhost:4000/', 'http://a.localhost/'])(
    'lets %s pass where loopback is open',
    (url) => {
      expect(checkUrl(url, onLaptop).ok).toBe(true);
    },
  );

  it('refuses a host that DNS can have no name for, and an origin that would be cut where it is kept', () => {
    const label = 'a'.repeat(63);
    const host = `${label}.${label}.${label}.${'b'.repeat(55)}`;
    expect(checkUrl(`http://${host}/`, guard)).toMatchObject({ ok: true, origin: `http://${host}` });
    expect(checkUrl(`http://${host}./`, guard)).toMatchObject({ ok: true });
    expect(checkUrl(`http://${host}bbbbbbb/`, guard)).toEqual({ ok: false, reason: "the host's name is longer than 253 characters" });
    expect(checkUrl(`https://${host}:8443/`, guard)).toEqual({ ok: false, reason: expect.stringContaining('more than 255 characters') });
    expect(checkUrl(`http://${'"'.repeat(90)}.example/`, guard).ok).toBe(false);
  });

  it('names the setting that opens what is refused', () => {
    expect(checkUrl('http://10.0.0.1/hook', guard)).toEqual({
      ok: false,
      reason: '"10.0.0.1" is not a public address; CALLBACK_ALLOW, a setting of the service, opens others',
    });
  });

  it('takes an open ::1 for open loopback too', () => {
    expect(checkUrl('http://localhost/', createAddressGuard(['::1/128'])).ok).toBe(true);
  });

  it('keeps other ranges refused where loopback is open', () => {
    expect(checkUrl('http://169.254.169.254/', onLaptop).ok).toBe(false);
  });
});
