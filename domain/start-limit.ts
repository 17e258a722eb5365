import { afterCall, firstLimit } from './adaptive-limit.ts';
import type { CallUse, AdaptiveLimit } from './adaptive-limit.ts';

/**
 * Of starts of workflows that a process may have under way to the engine. It grows slowly from the first: while it doubled, twice as many
 * would be sent as had been answered in time.
 */
export const FIRST_STARTS = { ...firstLimit(16), isCautious: true };

const TIMEOUT = { leastMs: 1_500, mostMs: 5_000, slowStarts: 4 } as const;
// An engine that falls to a fourth of its pace all at once still answers in time what is under way.
const LIMITS = { least: 8, most: 128, quickMs: TIMEOUT.leastMs / 6 } as const;
// Before starts are given up the limit is smaller.
const SLOW_MS = (TIMEOUT.leastMs * 2) / 3;

export interface Start {
  readonly isAnswered: boolean;
  readonly durationMs: number;
}

/** The limit after a start, so that none is given up only since too many were sent at once. */
export function afterStart(before: AdaptiveLimit, { isAnswered, durationMs }: Start, use: CallUse): AdaptiveLimit {
  const says = isAnswered && durationMs <= SLOW_MS ? 'well' : 'too_much';
  return afterCall(before, { says, durationMs }, use, LIMITS);
}

/**
 * After how long a start is given up, its outcome unknown. 503 is due within 2 s of the engine's going away; but one that is slow
 * isn't away only since it takes a few times as long as it does anyway.
 * @param slowMs what slow starts took of late
 */
export function startTimeoutMs(slowMs: number): number {
  return Math.min(TIMEOUT.mostMs, Math.max(TIMEOUT.leastMs, TIMEOUT.slowStarts * slowMs));
}

/**
 * Whether an engine that didn't answer a start has gone away, so that others would wait for nothing. One that refuses a start at once, or
 * has answered another meanwhile, is there.
 * @param silentMs how long it has answered none at all
 */
export function isAway({ isAnswered, durationMs }: Start, silentMs: number): boolean {
  return !isAnswered && durationMs > SLOW_MS && silentMs > durationMs;
}
