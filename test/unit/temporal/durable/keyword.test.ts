import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toKeyword } from '../../../../temporal/durable/keyword.ts';

describe('toKeyword', () => {
  it.each([
    ['life-1', 'life-1'],
    ['ü 🙂_*?', 'ü 🙂_*?'],
    [`'"\\%`, '%27%22%5c%25'],
    ['a\u0000\n\u007f', 'a%00%0a%7f'],
  ])('writes %j as %j', (text, keyword) => {
    expect(toKeyword(text)).toBe(keyword);
  });

  it('writes different texts differently', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '%', '2', '7', 'a'), maxLength: 20 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(toKeyword(one) === toKeyword(other)).toBe(one === other);
      }),
    );
  });

  it('writes at most 255 characters', () => {
    expect(toKeyword("'".repeat(255))).toHaveLength(255);
  });
});
