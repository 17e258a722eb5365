import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shortDigest } from '../../../domain/short-digest.ts';

// http://www.isthe.com/chongo/tech/comp/fnv/ has these of FNV-1a.
it.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('of %j is as published', (text, digest) => {
  expect(shortDigest(text)).toBe(digest);
});

it('has sixteen hexadecimal digits, and tells texts apart', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      expect(shortDigest(one)).toMatch(/^[0-9a-f]{16}$/);
      expect(shortDigest(one) === shortDigest(other)).toBe(one === other);
    }),
  );
});
