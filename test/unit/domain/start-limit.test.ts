import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdaptiveLimit } from '../../../domain/adaptive-limit.ts';
import { afterStart, FIRST_STARTS, isAway, startTimeoutMs } from '../../../domain/start-limit.ts';

const quick = { isAnswered: true, durationMs: 20 };
const slow = { isAnswered: true, durationMs: 1_001 };
const lost = { isAnswered: false, durationMs: 1_500 };

describe('the limit of starts', () => {
  it('has sixteen at first, and one more with each round of quick answers', () => {
    expect(FIRST_STARTS.size).toBe(16);
    expect(
      Math.floor(
        after(
          FIRST_STARTS,
          Array.from({ length: 17 }, () => quick),
        ).size,
      ),
    ).toBe(17);
  });

  it.each([
    ['is lost', lost],
    ['takes two thirds of what it may', slow],
  ])('halves when a start %s, once for all that were under way', (_what, start) => {
    const halved = afterStart(FIRST_STARTS, start, { isFull: true, generation: 0 });
    expect(halved.size).toBe(8);
    expect(afterStart(halved, start, { isFull: true, generation: 0 })).toBe(halved);
  });

  it('keeps its size where answers take long but come in time', () => {
    const before = { ...FIRST_STARTS, leastMs: 20 };
    expect(
      after(
        before,
        [1_000, 300, 610].map((durationMs) => ({ isAnswered: true, durationMs })),
      ),
    ).toBe(before);
  });

  it('stays between 8 and 128', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(quick, quick, quick, slow, lost), { maxLength: 200 }), (starts) => {
        const { size } = after({ ...FIRST_STARTS, size: 127, isCautious: false }, starts);
        expect(size).toBeGreaterThanOrEqual(8);
        expect(size).toBeLessThanOrEqual(128);
      }),
    );
  });
});

it('gives a start up soon on an engine that is quick, later on a slow one, and some day on any', () => {
  expect([0, 20, 375, 400, 1_000, 60_000].map(startTimeoutMs)).toEqual([1_500, 1_500, 1_500, 1_600, 4_000, 5_000]);
});

it.each([
  ['answers nobody for as long as a start takes to be given up', lost, 1_501, true],
  ['answers others meanwhile', lost, 1_400, false],
  ['refuses a start at once', { ...lost, durationMs: 5 }, 60_000, false],
  ['answers late', slow, 60_000, false],
])('takes an engine that %s for one that is away: %s', (_what, start, silentMs, away) => {
  expect(isAway(start, silentMs)).toBe(away);
});

function after(limit: AdaptiveLimit, starts: readonly { readonly isAnswered: boolean; readonly durationMs: number }[]): AdaptiveLimit {
  return starts.reduce((before, start) => afterStart(before, start, { isFull: true, generation: before.generation }), limit);
}
