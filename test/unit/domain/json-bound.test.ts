import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createJsonBound } from '../../../domain/json-bound.ts';

it('is never below what JSON.stringify writes, also of parts that it knows', () => {
  const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
  const anyNumber = fc.double({ noDefaultInfinity: false });
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), anyNumber, fc.string({ unit: anyUnit }), (one, other, number, text) => {
      const bound = createJsonBound();
      for (const value of [one, { one, other, none: undefined }, [one, other, one], new Date(0), text, number]) {
        expect(bound(value)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(value)));
      }
    }),
  );
});

it('knows how long a number can be', () => {
  const longest = -0.0000012345678901234567;

  expect(createJsonBound()(longest)).toBeGreaterThanOrEqual(JSON.stringify(longest).length);
});

it('looks into no part a second time', () => {
  let reads = 0;
  const part = {
    get value() {
      reads += 1;
      return 1;
    },
  };
  const bound = createJsonBound();
  expect(bound({ part, again: [part] })).toBeLessThan(120);
  expect(reads).toBe(1);
});

it.each([[1n], [{ big: [1n] }]])('throws where there is no JSON', (value) => {
  expect(() => createJsonBound()(value)).toThrow(TypeError);
});
