import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromSignatureHeader, parseSecret, signedHead, toSignatureHeader } from '../../../domain/webhook-signature.ts';

describe('the signature header', () => {
  it('gives back every signature that was written', () => {
    const base64 = fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    fc.assert(
      fc.property(fc.array(base64), (all) => {
        expect(fromSignatureHeader(toSignatureHeader(all))).toEqual(all);
      }),
    );
  });

  it('may hold other schemes, which are skipped', () => {
    expect(fromSignatureHeader('v1a,AAAA v1,BBBB v2,CCCC')).toEqual(['BBBB']);
  });
});

it('signs id and time before the body', () => {
  expect(signedHead('evt_1-1', 1_800_000_000)).toBe('evt_1-1.1800000000.');
});

it('decodes base64, and gives null for what is none', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
    }),
  );
  expect(fromBase64('!')).toBeNull();
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
