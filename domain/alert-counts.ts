import type { Tier } from './tier.ts';
import { TIERS } from './tier.ts';

/** What a process has counted that alerts are about. Stored: fields may be added, never renamed. */
export interface AlertCounts {
  readonly verdicts: number;
  /** Of these. */
  readonly failed: number;
  /** Attempts to deliver a callback. */
  readonly attempts: number;
  readonly failedAttempts: number;
  /** Calls of the engine that were timed. */
  readonly calls: number;
  readonly slowCalls: number;
  /** Processes for handlers that came to an end, by how. */
  readonly hostsEnded: Readonly<Record<string, number>>;
  /** Events that began, by tier, and those of them that had waited for too long. */
  readonly begun: Readonly<Partial<Record<Tier, number>>>;
  readonly begunLate: Readonly<Partial<Record<Tier, number>>>;
}

export const NO_COUNTS: AlertCounts = {
  verdicts: 0,
  failed: 0,
  attempts: 0,
  failedAttempts: 0,
  calls: 0,
  slowCalls: 0,
  hostsEnded: {},
  begun: {},
  begunLate: {},
};

export function addCounts(one: AlertCounts, other: AlertCounts): AlertCounts {
  return combine(one, other, (a, b) => a + b);
}

/** What has come since it was this. */
export function countsSince(before: AlertCounts, now: AlertCounts): AlertCounts {
  return combine(now, before, (a, b) => a - b);
}

type Combine = (one: number, other: number) => number;

function combine(one: AlertCounts, other: AlertCounts, number: Combine): AlertCounts {
  return {
    verdicts: number(one.verdicts, other.verdicts),
    failed: number(one.failed, other.failed),
    attempts: number(one.attempts, other.attempts),
    failedAttempts: number(one.failedAttempts, other.failedAttempts),
    calls: number(one.calls, other.calls),
    slowCalls: number(one.slowCalls, other.slowCalls),
    hostsEnded: combineBy(Object.keys({ ...one.hostsEnded, ...other.hostsEnded }), one.hostsEnded, other.hostsEnded, number),
    begun: combineBy(TIERS, one.begun, other.begun, number),
    begunLate: combineBy(TIERS, one.begunLate, other.begunLate, number),
  };
}

function combineBy(
  names: readonly string[],
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
  number: Combine,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const combined = number(one[name] ?? 0, other[name] ?? 0);
      return combined === 0 ? [] : [[name, combined]];
    }),
  );
}
