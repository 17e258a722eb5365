import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallbackAttempt, isDelivered, isGone, MAX_RETRY_AFTER_MS, nextDelayMs, waitAgainMs } from '../../../domain/delivery.ts';

const attempt = (status: number | null): CallbackAttempt => ({ at: '2026-01-01T00:00:00.000Z', status, durationMs: 1, error: null });

describe('an attempt', () => {
  it.each([
    [200, true],
    [204, true],
    [299, true],
    [199, false],
    [300, false],
    [404, false],
    [500, false],
    [null, false],
  ])('with status %s is delivered: %s', (status, delivered) => {
    expect(isDelivered(attempt(status))).toBe(delivered);
  });

  it.each([
    [410, true],
    [404, false],
    [200, false],
    [null, false],
  ])('with status %s says the receiver is gone: %s', (status, gone) => {
    expect(isGone(attempt(status))).toBe(gone);
  });
});

describe('nextDelayMs', () => {
  const scheduleMs = [5_000, 300_000, 86_400_000];
  const jitterIn01 = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('sends the first attempt at once', () => {
    expect(nextDelayMs({ scheduleMs, attemptsMade: 0, jitter: 0.9 })).toBe(0);
  });

  it.each([
    [1, 5_000],
    [2, 300_000],
    [3, 86_400_000],
    [4, null],
  ])('after attempt %i waits %s ms in the middle of the jitter', (attemptsMade, delayMs) => {
    expect(nextDelayMs({ scheduleMs, attemptsMade, jitter: 0.5 })).toBe(delayMs);
  });

  it('stays within ten per cent of the schedule, in whole milliseconds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000_000), { minLength: 1 }), fc.nat(20), jitterIn01, (schedule, made, jitter) => {
        const delayMs = nextDelayMs({ scheduleMs: schedule, attemptsMade: made + 1, jitter });
        const scheduledMs = schedule[made];
        if (scheduledMs === undefined) {
          expect(delayMs).toBeNull();
          return;
        }
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(scheduledMs * 0.9));
        expect(delayMs).toBeLessThanOrEqual(Math.ceil(scheduledMs * 1.1));
      }),
    );
  });

  it('lets Retry-After lengthen the pause up to a day, never shorten it or the schedule', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(200_000_000), jitterIn01, (made, retryAfterMs, jitter) => {
        const input = { scheduleMs, attemptsMade: made + 1, jitter };
        const plainMs = nextDelayMs(input);
        const delayMs = nextDelayMs({ ...input, retryAfterMs });
        const raisedMs = plainMs === null ? null : Math.max(plainMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
        expect(delayMs).toBe(raisedMs);
      }),
    );
  });
});

describe('waitAgainMs', () => {
  it.each([
    [0, false, 1_000],
    [-5_000, false, 1_000],
    [8_000, false, 8_000],
    [3_600_000, false, 30_000],
    [0, true, 15_000],
    [18_000, true, 18_000],
    [3_600_000, true, 30_000],
  ])('doubles the wait of one that has waited %s ms (slow: %s): %s', (waitedMs, isSlow, delayMs) => {
    expect(waitAgainMs({ waitedMs, isSlow, jitter: 0.5 })).toBe(delayMs);
  });

  it('is spread by chance', () => {
    const waitOf = (jitter: number) => waitAgainMs({ waitedMs: 20_000, isSlow: true, jitter });
    expect([waitOf(0), waitOf(1)]).toEqual([18_000, 22_000]);
  });
});
