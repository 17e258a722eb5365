import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetryPolicy } from '../../../domain/retry-policy.ts';
import { DEFAULT_RETRY_POLICY, MAX_LOST_ATTEMPTS, MAX_RETRY_DELAY_MS, nextAttemptDelayMs } from '../../../domain/retry-policy.ts';

const failed = { retryable: true, lost: false, retryAfterMs: null } as const;
const lost = { retryable: true, lost: true, retryAfterMs: null } as const;

const anyPolicy: fc.Arbitrary<RetryPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 2_000 }),
  initialDelayMs: fc.oneof(fc.nat(100_000), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  factor: fc.double({ min: 1, noNaN: true, noDefaultInfinity: true }),
  maxDelayMs: fc.oneof(fc.nat(100_000), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
});
const anyRetryAfterMs = fc.option(fc.double({ min: 0, noNaN: true }));

describe('nextAttemptDelayMs', () => {
  it.each([
    [1, 100],
    [2, 200],
    [3, null],
  ])('by default waits after failure %i for %s ms', (failures, delayMs) => {
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: failures, lost: 0 }, failed)).toBe(delayMs);
  });

  it('grows by the factor up to the longest delay', () => {
    const policy = { maxAttempts: 10, initialDelayMs: 50, factor: 3, maxDelayMs: 1_000 };

    const delays = [1, 2, 3, 4, 5].map((failures) => nextAttemptDelayMs(policy, { failed: failures, lost: 0 }, failed));

    expect(delays).toEqual([50, 150, 450, 1_000, 1_000]);
  });

  it('stops at once after a permanent failure, lost or not', () => {
    const first = { failed: 1, lost: 1 };

    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, first, { ...failed, retryable: false })).toBeNull();
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, first, { ...lost, retryable: false })).toBeNull();
  });

  it('waits as long as the handler asked for, beyond the longest delay too', () => {
    const asked = { ...failed, retryAfterMs: 90_000 };

    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 1, lost: 0 }, asked)).toBe(90_000);
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 1, lost: 0 }, { ...asked, retryAfterMs: 0 })).toBe(0);
  });

  it('counts an attempt that asked for a delay as one of those made', () => {
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 3, lost: 0 }, { ...failed, retryAfterMs: 10 })).toBeNull();
  });

  it('puts nothing off for more than a year', () => {
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 1, lost: 0 }, { ...failed, retryAfterMs: 1e300 })).toBe(MAX_RETRY_DELAY_MS);
  });

  it('stays at no delay, however often it grew', () => {
    const policy = { maxAttempts: 5_000, initialDelayMs: 0, factor: 2, maxDelayMs: 1_000 };

    expect(nextAttemptDelayMs(policy, { failed: 2_000, lost: 0 }, failed)).toBe(0);
  });

  it('tries again at once when the worker vanished, a limited number of times', () => {
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 0, lost: 1 }, lost)).toBe(0);
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 0, lost: MAX_LOST_ATTEMPTS - 1 }, lost)).toBe(0);
    expect(nextAttemptDelayMs(DEFAULT_RETRY_POLICY, { failed: 0, lost: MAX_LOST_ATTEMPTS }, lost)).toBeNull();
  });

  it('lets lost attempts use up none of the others', () => {
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 3_000 }), fc.nat(100), anyRetryAfterMs, (policy, failures, losses, retryAfterMs) => {
        const last = { ...failed, retryAfterMs };

        const delayMs = nextAttemptDelayMs(policy, { failed: failures, lost: losses }, last);

        expect(delayMs).toBe(nextAttemptDelayMs(policy, { failed: failures, lost: 0 }, last));
      }),
    );
  });

  it('is a time that a timer can keep, whatever the policy', () => {
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 3_000 }), anyRetryAfterMs, (policy, failures, retryAfterMs) => {
        const delayMs = nextAttemptDelayMs(policy, { failed: failures, lost: 0 }, { ...failed, retryAfterMs });

        if (failures >= policy.maxAttempts) {
          expect(delayMs).toBeNull();
          return;
        }
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(MAX_RETRY_DELAY_MS);
        if (retryAfterMs === null) expect(delayMs).toBeLessThanOrEqual(policy.maxDelayMs);
      }),
    );
  });

  it('ends every run of failures within its attempts and its lost ones', () => {
    const anyAttempt = fc.record({ lost: fc.boolean(), retryAfterMs: anyRetryAfterMs });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.array(anyAttempt, { minLength: 31, maxLength: 31 }), (maxAttempts, attempts) => {
        const policy = { ...DEFAULT_RETRY_POLICY, maxAttempts };
        const made = { failed: 0, lost: 0 };

        const endedAt = attempts.findIndex((attempt) => {
          made[attempt.lost ? 'lost' : 'failed'] += 1;
          return nextAttemptDelayMs(policy, made, { retryable: true, ...attempt }) === null;
        });

        expect(endedAt).not.toBe(-1);
        expect(made.failed).toBeLessThanOrEqual(maxAttempts);
        expect(made.lost).toBeLessThanOrEqual(MAX_LOST_ATTEMPTS);
        expect(made.failed === maxAttempts || made.lost === MAX_LOST_ATTEMPTS).toBe(true);
      }),
    );
  });
});
