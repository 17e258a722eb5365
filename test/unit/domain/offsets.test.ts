import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRanges, rangesInclude, toRanges } from '../../../domain/offsets.ts';

const anyOffsets = fc.uniqueArray(fc.nat(40), { maxLength: 41 }).map((offsets) => offsets.toSorted((a, b) => a - b));

describe('toRanges', () => {
  it.each([
    [[], ''],
    [[0], '0'],
    [[3, 7, 8, 9], '3,7-9'],
    [[0, 1], '0-1'],
    [[9, 10, 12], '9-10,12'],
  ])('writes %j as "%s"', (offsets, text) => {
    expect(toRanges(offsets)).toBe(text);
  });

  it('writes a whole page as one range', () => {
    expect(toRanges(Array.from({ length: 200 }, (_, offset) => offset))).toBe('0-199');
  });
});

describe('fromRanges', () => {
  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(anyOffsets, (offsets) => {
        expect(fromRanges(toRanges(offsets))).toEqual(offsets);
      }),
    );
  });
});

describe('rangesInclude', () => {
  it('says of each place whether it was written', () => {
    fc.assert(
      fc.property(anyOffsets, fc.nat(41), (offsets, offset) => {
        expect(rangesInclude(toRanges(offsets), offset)).toBe(offsets.includes(offset));
      }),
    );
  });
});
