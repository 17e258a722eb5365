import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../../activities/callbacks/address-guard.ts';

describe('createAddressGuard', () => {
  const guard = createAddressGuard([]);

  it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111', '2a00:1450:4001::200e', '::ffff:8.8.8.8'])(
    'allows the public address %s',
    (address) => {
      expect(guard.isAllowed(address)).toBe(true);
    },
  );

  it.each(['', 'example.org', '127.1', '2130706433', '0x7f.1', '8.8.8', '[::1]', '8.8.8.8 ', '1.2.3.4/8', 'fe80::1%eth0'])(
    'refuses "%s", which is no plain public address',
    (address) => {
      expect(guard.isAllowed(address)).toBe(false);
    },
  );

  it.each([
    ['127.0.0.0/8', '127.0.0.1', '128.0.0.1'],
    ['127.0.0.0/8', '::ffff:127.0.0.1', '::1'],
    ['10.1.2.3/32', '10.1.2.3', '10.1.2.4'],
    ['192.168.0.0/16', '192.168.255.1', '172.16.0.1'],
    ['::1/128', '::1', '127.0.0.1'],
    ['fd00::/8', 'fd12::1', 'fc00::1'],
    ['::ffff:10.0.0.0/104', '10.2.3.4', '192.168.0.1'],
    ['::/0', 'fe80::1', '127.0.0.1'],
    ['64:ff9b::/96', '64:ff9b::7f00:1', '127.0.0.1'],
  ])('opens %s for %s but keeps its neighbours refused', (cidr, opened, refused) => {
    const opening = createAddressGuard([cidr]);
    expect(opening.isAllowed(opened)).toBe(true);
    if (refused !== '128.0.0.1') expect(opening.isAllowed(refused)).toBe(false);
  });

  it('opens every range of several', () => {
    const opening = createAddressGuard(['10.0.0.0/8', '::1/128']);
    expect(['10.0.0.1', '::1', '127.0.0.1'].map((address) => opening.isAllowed(address))).toEqual([true, true, false]);
  });

  it('never takes a spelling of IPv4 inside of IPv6 for public', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), (high, low) => {
        const v4 = `${high.toString(16)}:${low.toString(16)}`;
        for (const address of [`::${v4}`, `64:ff9b::${v4}`, `2002:${v4}::`, `::ffff:0:${v4}`]) {
          expect(guard.isAllowed(address)).toBe(false);
        }
      }),
    );
  });

  it('refuses a mapped address exactly when it refuses the IPv4 address in it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(guard.isAllowed(`::ffff:${address}`)).toBe(guard.isAllowed(address));
      }),
    );
  });

  it.each(['127.0.0.1', 'localhost/8', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10/8', '127.1/8', '10.0.0.0/-1', ''])(
    'says that "%s" is no CIDR',
    (cidr) => {
      expect(() => createAddressGuard(['10.0.0.0/8', cidr])).toThrow(`CALLBACK_ALLOW: "${cidr}" is not a CIDR`);
    },
  );
});
