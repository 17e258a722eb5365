import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { parseSecret, signWebhook, verifyWebhook } from '../../../activities/callback/signature.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

describe('signWebhook', () => {
  const [current, previous, foreign] = [newSecret(), newSecret(), newSecret()];
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const body = '{"type":"event.completed","data":{"name":"Zoë 🎈"}}';
  const sign = (secrets: readonly string[], signed = body) =>
    signWebhook({ secrets: secrets.map(parseSecret), id: 'evt_1-1', timestampSeconds: nowSeconds, body: signed });
  const headers = (signature: string) => ({
    'webhook-id': 'evt_1-1',
    'webhook-timestamp': String(nowSeconds),
    'webhook-signature': signature,
  });

  it('is accepted by the public standardwebhooks package', () => {
    expect(new Webhook(current).verify(body, headers(sign([current])))).toEqual(JSON.parse(body));
  });

  it('equals what that package signs, for any body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const theirs = new Webhook(current).sign('evt_1-1', new Date(nowSeconds * 1_000), text);
        expect(sign([current], text)).toBe(theirs);
      }),
    );
  });

  it('signs bytes like the text they encode', () => {
    const bytes = { secrets: [parseSecret(current)], id: 'evt_1-1', timestampSeconds: nowSeconds, body: Buffer.from(body) };
    expect(signWebhook(bytes)).toBe(sign([current]));
  });

  it('is accepted with either secret during a rotation', () => {
    const signature = sign([current, previous]);
    expect(signature).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
    expect(new Webhook(current).verify(body, headers(signature))).toBeTruthy();
    expect(new Webhook(previous).verify(body, headers(signature))).toBeTruthy();
    expect(() => new Webhook(foreign).verify(body, headers(signature))).toThrow('No matching signature');
  });

  it('is refused when the body is tampered with', () => {
    expect(() => new Webhook(current).verify(`${body} `, headers(sign([current])))).toThrow('No matching signature');
  });
});

describe('verifyWebhook', () => {
  const [current, previous, foreign] = [newSecret(), newSecret(), newSecret()];
  const at = 1_800_000_000;
  const body = '{"type":"event.completed"}';
  const delivery = {
    secrets: [parseSecret(current)],
    id: 'evt_1-1',
    timestamp: String(at),
    signature: new Webhook(current).sign('evt_1-1', new Date(at * 1_000), body),
    body,
    nowSeconds: at,
  };

  it('accepts what the public standardwebhooks package signs', () => {
    expect(verifyWebhook(delivery)).toEqual({ ok: true });
  });

  it('accepts bytes', () => {
    expect(verifyWebhook({ ...delivery, body: Buffer.from(body) })).toEqual({ ok: true });
  });

  it('accepts one valid signature among others, by one secret among others', () => {
    const signature = `v1a,AAAA v1,AAAA ${delivery.signature}`;
    const secrets = [foreign, previous, current].map(parseSecret);
    expect(verifyWebhook({ ...delivery, signature, secrets })).toEqual({ ok: true });
  });

  it.each([
    ['another body', { body: `${body} ` }],
    ['another id', { id: 'evt_2-1' }],
    ['another time', { timestamp: String(at + 1) }],
    ['another secret', { secrets: [parseSecret(foreign)] }],
    ['no secret', { secrets: [] }],
    ['no signature', { signature: '' }],
    ['another version', { signature: delivery.signature.replace('v1,', 'v2,') }],
    ['a signature cut short', { signature: delivery.signature.slice(0, -8) }],
  ])('refuses %s', (_what, change) => {
    expect(verifyWebhook({ ...delivery, ...change })).toEqual({ ok: false, reason: 'no signature matches' });
  });

  it.each([
    [at + 300, { ok: true }],
    [at - 300, { ok: true }],
    [at + 301, { ok: false, reason: 'the timestamp is too old' }],
    [at - 301, { ok: false, reason: 'the timestamp is too new' }],
  ])('at %i says %j', (nowSeconds, verification) => {
    expect(verifyWebhook({ ...delivery, nowSeconds })).toEqual(verification);
  });

  it.each(['', 'now', '1.5', '-1', '1e9', '9'.repeat(20)])('refuses the timestamp "%s"', (timestamp) => {
    const reason = 'the timestamp is not a number of seconds';
    expect(verifyWebhook({ ...delivery, timestamp })).toEqual({ ok: false, reason });
  });
});

describe('parseSecret', () => {
  it.each([24, 32, 64])('takes %i bytes', (bytes) => {
    const secret = randomBytes(bytes);
    expect(Buffer.from(parseSecret(`whsec_${secret.toString('base64')}`))).toEqual(secret);
  });

  it.each(['', 'whsec_', randomBytes(32).toString('base64'), `whsec_${'!'.repeat(40)}`, 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(90)}`])(
    'refuses "%s" without repeating it',
    (text) => {
      expect(() => parseSecret(text)).toThrow('A webhook secret is "whsec_" and 24 to 64 bytes in base64');
    },
  );
});
