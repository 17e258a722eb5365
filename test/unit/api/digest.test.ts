import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../../../api/digest.ts';

describe('digest', () => {
  it("doesn't depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(digest(withKeysReversed(value))).toBe(digest(value));
      }),
    );
  });

  it('is the same for the same value only', () => {
    const similar = fc.jsonValue().chain((value) => fc.tuple(fc.constant(value), fc.oneof(fc.jsonValue(), fc.constant(value))));
    fc.assert(
      fc.property(similar, ([one, other]) => {
        expect(digest(one) === digest(other)).toBe(isDeepStrictEqual(asJson(one), asJson(other)));
      }),
    );
  });

  it.each([
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { 'a.b': 1 }],
    [[], {}],
    [JSON.parse('{"__proto__":1}'), {}],
    [null, 'null'],
  ])('tells %j from %j', (one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  it('leaves out what JSON leaves out', () => {
    expect(digest({ a: 1, b: undefined })).toBe(digest({ a: 1 }));
    expect(digest(undefined)).toBe(digest(null));
  });

  it('can stand in a URL', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(digest(value)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      }),
    );
  });
});

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, withKeysReversed(inner)]),
  );
}
