import type { Tier } from './tier.ts';
import { TIERS } from './tier.ts';

/** The share of a backlog's capacity above which a tier is refused: the lowest first, critical only when nothing is left. */
const REFUSED_ABOVE: Readonly<Record<Tier, number>> = { critical: 1, high: 0.95, normal: 0.85, low: 0.7, bulk: 0.5 };

/** Whether a backlog has room for one more of this tier. */
export function hasRoom(tier: Tier, waiting: number, capacity: number): boolean {
  return waiting < capacity * REFUSED_ABOVE[tier];
}

/** One that waits to be let in. */
export interface InLine {
  readonly tier: Tier;
  readonly sinceMs: number;
}

// An event that has waited this long is treated as one tier higher: with at most 1 s of waiting, low comes up to high.
const RAISED_EVERY_MS = 400;

/** The index of who is let in next: the highest tier, waiting counted in; of equals whoever came first. -1 of none. */
export function nextInLine(line: readonly InLine[], nowMs: number): number {
  let best = -1;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const [index, waiting] of line.entries()) {
    const rank = rankOf(waiting, nowMs);
    if (rank < bestRank) [best, bestRank] = [index, rank];
  }
  return best;
}

/** All of them, in the order in which they would be let in now. */
export function inTurnOrder<Waiting extends InLine>(line: readonly Waiting[], nowMs: number): readonly Waiting[] {
  return line.toSorted((one, other) => rankOf(one, nowMs) - rankOf(other, nowMs));
}

function rankOf({ tier, sinceMs }: InLine, nowMs: number): number {
  return TIERS.indexOf(tier) - Math.floor((nowMs - sinceMs) / RAISED_EVERY_MS);
}

/** The index of who has to go when the line is too long: the lowest tier; of equals whoever came last. -1 of none. */
export function firstToShed(line: readonly InLine[]): number {
  let worst = -1;
  let worstRank = -1;
  for (const [index, { tier }] of line.entries()) {
    const rank = TIERS.indexOf(tier);
    if (rank >= worstRank) [worst, worstRank] = [index, rank];
  }
  return worst;
}

// A line that is not empty after three times the longest wait is no burst any more; in it one waits for a tenth of that.
const STANDING = { after: 3, share: 0.1 };

/**
 * How long one may wait who comes to a line that has not been empty for so long. A burst is waited out. In a line that stands,
 * waiting would only make everybody late whom there is room for.
 */
export function patienceMs({ longestMs, standingMs }: { readonly longestMs: number; readonly standingMs: number }): number {
  return standingMs < STANDING.after * longestMs ? longestMs : STANDING.share * longestMs;
}

// Nobody waits for a line that hasn't moved for so many of its longest waits.
const STILL = 5;

export interface StandingLine {
  readonly waiting: number;
  /** How many may be inside at once. */
  readonly places: number;
  /** How long nobody has left a place. */
  readonly stillMs: number;
  readonly longestMs: number;
}

/**
 * Whether all who wait may go on waiting, however long they have. No more of them than there are places wait no longer than they will
 * then be inside (Little's law), at whatever rate others leave: as many clients as that, each with one request at a time, are never sent away.
 */
export function mayStay({ waiting, places, stillMs, longestMs }: StandingLine): boolean {
  return waiting <= places && stillMs < STILL * longestMs;
}
