import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaceSample } from '../../../domain/batch-pace.ts';
import { notePace, ratePerSecond } from '../../../domain/batch-pace.ts';

const START: PaceSample = { atMs: 100_000, ended: 0 };

/** Ends as they come: never earlier than the one before, from bursts to pauses longer than the window. */
const anyEnds = fc
  .array(fc.record({ pauseMs: fc.oneof(fc.nat(200), fc.nat(2_000), fc.nat(60_000)), items: fc.integer({ min: 1, max: 200 }) }), {
    maxLength: 120,
  })
  .map((steps) => {
    let last = START;
    return steps.map(({ pauseMs, items }) => (last = { atMs: last.atMs + pauseMs, ended: last.ended + items }));
  });

describe('notePace', () => {
  it('keeps the beginning, the first end, and then at most two samples a second', () => {
    const samples = [100_100, 100_599, 100_600, 101_099, 101_100].reduce<readonly PaceSample[]>(
      (kept, atMs, index) => notePace(kept, { atMs, ended: index + 1 }),
      [START],
    );

    expect(samples.map(({ atMs }) => atMs)).toEqual([100_000, 100_100, 100_600, 101_100]);
  });

  it('forgets what is older than the window, but for the sample that its first second is counted from', () => {
    const old = [START, { atMs: 101_000, ended: 5 }, { atMs: 102_000, ended: 9 }];

    expect(notePace(old, { atMs: 131_000, ended: 12 })).toEqual([
      { atMs: 101_000, ended: 5 },
      { atMs: 102_000, ended: 9 },
      { atMs: 131_000, ended: 12 },
    ]);
  });

  it('never keeps more than the window can hold, however much ends', () => {
    fc.assert(
      fc.property(anyEnds, (ends) => {
        let kept: readonly PaceSample[] = [START];
        for (const end of ends) {
          kept = notePace(kept, end);
          expect(kept.length).toBeLessThanOrEqual(63);
        }
      }),
    );
  });
});

describe('ratePerSecond', () => {
  it('is unknown before any time has passed', () => {
    expect(ratePerSecond([], { atMs: 100_000, ended: 0 })).toBeNull();
    expect(ratePerSecond([START], START)).toBeNull();
  });

  it('counts from the beginning while that is less than 30 s ago', () => {
    expect(ratePerSecond([START], { atMs: 104_000, ended: 10 })).toBe(2.5);
  });

  it('counts the last 30 s only, after a burst long ago', () => {
    const samples = [START, { atMs: 101_000, ended: 9_000 }, { atMs: 120_000, ended: 9_030 }];

    expect(ratePerSecond(samples, { atMs: 131_000, ended: 9_060 })).toBe(2);
  });

  it('is never below zero, where failed items were made pending again', () => {
    expect(ratePerSecond([START, { atMs: 101_000, ended: 100 }], { atMs: 140_000, ended: 40 })).toBe(0);
  });

  it('of a steady pace is that pace, however the samples fall', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 10, max: 3_000 }), (perSecond, everyMs) => {
        let kept: readonly PaceSample[] = [START];
        for (let ms = everyMs; ms < 60_000; ms += everyMs) {
          const now = { atMs: START.atMs + ms, ended: (ms * perSecond) / 1_000 };
          kept = notePace(kept, now);
          expect(ratePerSecond(kept, now)).toBeCloseTo(perSecond, 6);
        }
      }),
      { numRuns: 30 },
    );
  });
});
