import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CHUNK } from '../../../domain/chunk.ts';
import { firstThatFit } from '../../../domain/first-that-fit.ts';

const itself = (bytes: number): number => bytes;

describe('firstThatFit', () => {
  it('gives what a chunk may have', () => {
    const half = MAX_CHUNK.bytes / 2;

    expect(firstThatFit([half, half, 1], itself)).toEqual([half, half]);
    expect(firstThatFit(Array<number>(MAX_CHUNK.events + 1).fill(1), itself)).toHaveLength(MAX_CHUNK.events);
  });

  it('gives one at least, however large, and nothing of nothing', () => {
    expect(firstThatFit([7, 1], itself, { events: 9, bytes: 5 })).toEqual([7]);
    expect(firstThatFit([], itself)).toEqual([]);
  });

  it('gives as many of the first as fit, and the next one would be too much', () => {
    const sizes = fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 20 });
    const atMost = fc.record({ events: fc.integer({ min: 1, max: 20 }), bytes: fc.nat({ max: 200 }) });

    fc.assert(
      fc.property(sizes, atMost, (all, { events, bytes }) => {
        const first = firstThatFit(all, itself, { events, bytes });
        const sum = (some: readonly number[]): number => some.reduce((total, one) => total + one, 0);

        expect(first).toEqual(all.slice(0, first.length));
        expect(first.length === 1 || (first.length <= events && sum(first) <= bytes)).toBe(true);
        const more = all.slice(0, first.length + 1);
        expect(more.length === first.length || more.length > events || sum(more) > bytes).toBe(true);
      }),
    );
  });
});
