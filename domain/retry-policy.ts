import type { StageFailure } from './event-error.ts';

/** How often and how soon a failed stage is tried again. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
}

/** 3 attempts, 100 ms then 200 ms apart (design 004). */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { maxAttempts: 3, initialDelayMs: 100, factor: 2, maxDelayMs: 60_000 };

/** @param whose the beginning of the message @throws Error for a policy that can't work */
export function toRetryPolicy(given: Partial<RetryPolicy> | undefined, whose: string): RetryPolicy {
  const policy: RetryPolicy = { ...DEFAULT_RETRY_POLICY, ...given };
  // The plan is stored as JSON, which has no infinity: null would then mean 0.
  const finite = Object.values(policy).every(Number.isFinite);
  if (finite && policy.maxAttempts >= 1 && policy.initialDelayMs >= 0 && policy.factor >= 1 && policy.maxDelayMs >= 0) return policy;
  throw new Error(`${whose}: retry needs maxAttempts >= 1, factor >= 1 and delays >= 0, all of them finite`);
}

/**
 * Attempts that ended because their worker vanished say nothing about the handler, so they don't use up its attempts;
 * yet an event that kills its worker each time must end some day.
 */
export const MAX_LOST_ATTEMPTS = 20;

/** No attempt is put off for longer, whatever a handler asks for: a year, as for `delayMs`; an engine's timer can keep it. */
export const MAX_RETRY_DELAY_MS = 365 * 24 * 3_600_000;

export interface FailedAttempts {
  /** Attempts in which the handler failed, the last one included. */
  readonly failed: number;
  /** Attempts whose worker vanished or shut down, the last one included. */
  readonly lost: number;
}

export const NO_FAILURES: FailedAttempts = { failed: 0, lost: 0 };

export function countFailure(made: FailedAttempts, { lost }: Pick<StageFailure, 'lost'>): FailedAttempts {
  return lost ? { ...made, lost: made.lost + 1 } : { ...made, failed: made.failed + 1 };
}

type LastFailure = Pick<StageFailure, 'retryable' | 'lost' | 'retryAfterMs'>;

/** Milliseconds until the next attempt, or null if there is none. */
export function nextAttemptDelayMs(policy: RetryPolicy, made: FailedAttempts, last: LastFailure): number | null {
  if (!last.retryable) return null;
  if (last.lost) return made.lost < MAX_LOST_ATTEMPTS ? (last.retryAfterMs ?? 0) : null;
  if (made.failed >= policy.maxAttempts) return null;
  if (last.retryAfterMs !== null) return Math.min(last.retryAfterMs, MAX_RETRY_DELAY_MS);
  // Kept finite: 0 times infinity is no number.
  const growth = Math.min(policy.factor ** (made.failed - 1), Number.MAX_VALUE);
  return Math.min(policy.initialDelayMs * growth, policy.maxDelayMs, MAX_RETRY_DELAY_MS);
}
