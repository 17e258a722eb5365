import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../../domain/sliding-window.ts';
import { takeFromWindow } from '../../../domain/sliding-window.ts';

const THREE_A_SECOND: RateLimit = { requests: 3, windowMs: 1_000 };

const anyLimit: fc.Arbitrary<RateLimit> = fc.record({
  requests: fc.integer({ min: 1, max: 6 }),
  windowMs: fc.integer({ min: 1, max: 100 }),
});
/** Times that never go back, close enough together to meet the limits above. */
const anyTimes = fc
  .array(fc.nat(30), { maxLength: 60 })
  .map((pauses) => pauses.map((_, index) => pauses.slice(0, index + 1).reduce((sum, pause) => sum + pause, 0)));

describe('takeFromWindow', () => {
  it('allows as many requests as the limit says, and counts them down', () => {
    expect(takeFromWindow(THREE_A_SECOND, [], 5_000)).toEqual({ allowed: true, times: [5_000], remaining: 2, resetMs: 1_000 });
    expect(takeFromWindow(THREE_A_SECOND, [5_000], 5_400)).toEqual({ allowed: true, times: [5_000, 5_400], remaining: 1, resetMs: 600 });
    expect(takeFromWindow(THREE_A_SECOND, [5_000, 5_400], 5_999)).toEqual({
      allowed: true,
      times: [5_000, 5_400, 5_999],
      remaining: 0,
      resetMs: 1,
    });
  });

  it('refuses one more until the oldest is a window ago', () => {
    const times = [5_000, 5_400, 5_999];
    expect(takeFromWindow(THREE_A_SECOND, times, 5_999)).toEqual({ allowed: false, times, retryAfterMs: 1 });
    expect(takeFromWindow(THREE_A_SECOND, times, 6_000)).toEqual({
      allowed: true,
      times: [5_400, 5_999, 6_000],
      remaining: 0,
      resetMs: 400,
    });
  });

  it('never allows anything where nothing is allowed', () => {
    expect(takeFromWindow({ requests: 0, windowMs: 1_000 }, [], 5_000)).toEqual({ allowed: false, times: [], retryAfterMs: 1_000 });
  });

  it('never allows more than the limit in any window, however the requests fall', () => {
    fc.assert(
      fc.property(anyLimit, anyTimes, (limit, requestedAt) => {
        const allowedAt = allowedOf(limit, requestedAt);
        for (const end of allowedAt) {
          const within = allowedAt.filter((time) => time > end - limit.windowMs && time <= end);
          expect(within.length).toBeLessThanOrEqual(limit.requests);
        }
      }),
    );
  });

  it('refuses only where the window before is full, and keeps no more than the limit', () => {
    fc.assert(
      fc.property(anyLimit, anyTimes, (limit, requestedAt) => {
        let times: readonly number[] = [];
        for (const nowMs of requestedAt) {
          const within = times.filter((time) => time > nowMs - limit.windowMs).length;
          const decision = takeFromWindow(limit, times, nowMs);
          expect(decision.allowed).toBe(within < limit.requests);
          if (decision.allowed) expect(decision.remaining).toBe(limit.requests - within - 1);
          expect(decision.times.length).toBeLessThanOrEqual(limit.requests);
          times = decision.times;
        }
      }),
    );
  });

  it('says exactly when the next is allowed: then, and not a millisecond before', () => {
    fc.assert(
      fc.property(anyLimit, anyTimes, (limit, requestedAt) => {
        let times: readonly number[] = [];
        for (const nowMs of requestedAt) {
          const decision = takeFromWindow(limit, times, nowMs);
          times = decision.times;
          if (decision.allowed) continue;
          expect(decision.retryAfterMs).toBeGreaterThan(0);
          expect(decision.retryAfterMs).toBeLessThanOrEqual(limit.windowMs);
          expect(takeFromWindow(limit, times, nowMs + decision.retryAfterMs - 1).allowed).toBe(false);
          expect(takeFromWindow(limit, times, nowMs + decision.retryAfterMs).allowed).toBe(true);
        }
      }),
    );
  });
});

/** The times of the requests that were allowed. */
function allowedOf(limit: RateLimit, requestedAt: readonly number[]): readonly number[] {
  let times: readonly number[] = [];
  return requestedAt.filter((nowMs) => {
    const decision = takeFromWindow(limit, times, nowMs);
    times = decision.times;
    return decision.allowed;
  });
}
