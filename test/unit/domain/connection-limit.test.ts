import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterAttempt, FIRST_CONNECTIONS } from '../../../domain/connection-limit.ts';
import type { AdaptiveLimit } from '../../../domain/adaptive-limit.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { LEAST_CONNECTIONS } from '../../../domain/riding.ts';

const MAX = 128;
const well = attempt({});
const tooMuch = attempt({ status: 503, error: 'http_503' });
const broken = attempt({ status: 500, error: 'http_500' });
const silent = attempt({ status: null, error: 'timeout' });
const unsent = attempt({ status: null, error: 'busy' });

describe('the limit of connections to an origin', () => {
  it('doubles with each round of good answers, up to the most', () => {
    expect(rounds(FIRST_CONNECTIONS, 5)).toEqual([32, 64, 128, 128, 128]);
    const full = after(FIRST_CONNECTIONS, repeat(200, well));
    expect(after(full, [well])).toBe(full);
  });

  it('is half of it after what was too much, and grows by one a round from then on', () => {
    const grown = after(FIRST_CONNECTIONS, repeat(48, well));
    expect(grown.size).toBe(64);
    const halved = after(grown, [tooMuch]);
    expect(halved.size).toBe(32);
    expect(rounds(halved, 3)).toEqual([32, 33, 34]);
  });

  it('learns nothing from those that were open when it became smaller', () => {
    const grown = after(FIRST_CONNECTIONS, repeat(48, well));
    const halved = after(grown, [tooMuch]);
    const later = [tooMuch, well, silent, well, tooMuch, ...repeat(60, well)].reduce(
      (limit, made) => afterAttempt(limit, made, { maxConnections: MAX, isFull: true, generation: grown.generation }),
      halved,
    );
    expect(later).toBe(halved);
  });

  it.each([
    ['a connection was free, and the answer took no less than before', attempt({ durationMs: 7 }), false],
    ['the receiver itself is broken', broken, true],
    ['it is gone', attempt({ status: 410, error: 'http_410' }), true],
    ['it never left this process', unsent, true],
  ])('learns nothing where %s', (_why, made, isFull) => {
    const before = { ...FIRST_CONNECTIONS, leastMs: 7 };
    expect(afterAttempt(before, made, { maxConnections: MAX, isFull, generation: 0 })).toBe(before);
  });

  it.each([
    ['asks for less', attempt({ status: 429, error: 'http_429' }), true],
    ['does not answer', silent, true],
    ['answers about the message', attempt({ status: 404, error: 'http_404' }), false],
  ])('takes it from an origin that %s', (_what, made, isTaken) => {
    expect(after(after(FIRST_CONNECTIONS, repeat(48, well)), [made]).size < 64).toBe(isTaken);
  });

  it.each([
    ['half a second', [500], true],
    ['longer than half a second, and than twice the least', [290, 601], false],
    ['longer than half a second, but that it always does', [1_200, 2_400], true],
  ])('grows where the answer takes %s: %s', (_what, durations, isGrowing) => {
    const limit = after(FIRST_CONNECTIONS, [...durations.slice(0, -1).map((durationMs) => attempt({ durationMs }))]);
    const grown = after(
      limit,
      durations.slice(-1).map((durationMs) => attempt({ durationMs })),
    );
    expect(grown.size > limit.size).toBe(isGrowing);
  });

  it('stays between the least and the most, grows by good answers only, and falls by nothing but too much', () => {
    const step = fc.record({ made: fc.constantFrom(well, tooMuch, broken, silent, unsent), isFull: fc.boolean(), isOld: fc.boolean() });
    const max = fc.integer({ min: LEAST_CONNECTIONS, max: 1_024 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), max, (steps, maxConnections) => {
        let limit = FIRST_CONNECTIONS;
        for (const { made, isFull, isOld } of steps) {
          const next = afterAttempt(limit, made, { maxConnections, isFull, generation: limit.generation - (isOld ? 1 : 0) });
          expect(next.size).toBeGreaterThanOrEqual(LEAST_CONNECTIONS);
          expect(next.size).toBeLessThanOrEqual(maxConnections);
          if (next.size > limit.size) expect(made).toBe(well);
          if (next.size < limit.size) expect([tooMuch, silent]).toContain(made);
          if (isOld) expect(next).toBe(limit);
          limit = next;
        }
      }),
    );
  });
});

function attempt(fields: Partial<CallbackAttempt>): CallbackAttempt {
  return { at: '', status: 204, durationMs: 1, error: null, ...fields };
}

function repeat(times: number, made: CallbackAttempt): readonly CallbackAttempt[] {
  return Array.from({ length: times }, () => made);
}

function after(limit: AdaptiveLimit, attempts: readonly CallbackAttempt[]): AdaptiveLimit {
  return attempts.reduce(
    (before, made) => afterAttempt(before, made, { maxConnections: MAX, isFull: true, generation: before.generation }),
    limit,
  );
}

/** The whole connections that it has after each round in which all of them were answered well. */
function rounds(first: AdaptiveLimit, count: number): readonly number[] {
  const sizes: number[] = [];
  let limit = first;
  for (let round = 0; round < count; round += 1) {
    limit = after(limit, repeat(Math.floor(limit.size), well));
    sizes.push(Math.floor(limit.size));
  }
  return sizes;
}
