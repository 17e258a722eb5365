import { toIso } from './to-iso.ts';
import { quantileOf } from './latency-sketch.ts';
import { addStats, NO_STATS } from './minute-stats.ts';
import type { MinuteStats } from './minute-stats.ts';
import { TIERS } from './tier.ts';
import type { Tier } from './tier.ts';

/** Minutes since 1970, by which they are told apart. */
export type Minute = number;

/** What a process counted in a minute that is over. */
export interface CountedMinute extends MinuteStats {
  readonly minute: Minute;
}

/** What a process tells of one tenant. */
export interface ToldMinutes {
  /** No two processes have the same, nor has one after its restart. */
  readonly process: string;
  readonly minutes: readonly CountedMinute[];
}

/** What all processes have told of a minute. */
export interface KeptMinute extends CountedMinute {
  readonly processes: readonly string[];
}

/**
 * A tenant's last day. There is one writer, its workflow; everything here is a function of the state before.
 * Invariants: what a process tells of a minute counts once, however often it is told, and in any order; a day is kept.
 */
export interface StatsDay {
  /** The earliest first; none without anything in it. */
  readonly minutes: readonly KeptMinute[];
}

/** A minute of all processes, as it is shown. */
export interface StatsPoint {
  readonly at: string;
  readonly accepted: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly shed: number;
  readonly callbacks: { readonly delivered: number; readonly failed: number };
  readonly p50Ms: Readonly<Partial<Record<Tier, number>>>;
  readonly p95Ms: Readonly<Partial<Record<Tier, number>>>;
}

/** Which points are asked for: the last so many minutes before this time that are over. */
export interface PointsQueryInput {
  readonly minutes: number;
  readonly nowMs: number;
}

export const MINUTES_KEPT = 1_440;
const MINUTE_MS = 60_000;
// A process's clock may be ahead by so much.
const AHEAD = 10;
// Of all minutes, as JSON: an engine takes 2 MiB as a workflow's input. The counts of a day need a quarter of it.
const LATENCY_CHARACTERS = 768 * 1024;

export const EMPTY_DAY: StatsDay = { minutes: [] };

export function minuteOf(atMs: number): Minute {
  return Math.floor(atMs / MINUTE_MS);
}

export function tellMinutes(day: StatsDay, { process, minutes }: ToldMinutes, nowMs: number): StatsDay {
  const now = minuteOf(nowMs);
  const isKept = ({ minute }: { readonly minute: Minute }): boolean => minute > now - MINUTES_KEPT && minute <= now + AHEAD;
  const kept = new Map(day.minutes.filter(isKept).map((one) => [one.minute, one]));
  for (const { minute, ...told } of minutes.filter(isKept)) {
    const before = kept.get(minute) ?? { minute, ...NO_STATS, processes: [] };
    if (before.processes.includes(process)) continue;
    kept.set(minute, { minute, ...addStats(before, told), processes: [...before.processes, process].toSorted() });
  }
  return { minutes: boundLatencies([...kept.values()].toSorted((one, other) => one.minute - other.minute)) };
}

/** Of the newest minutes alone, where there is no room for those of all. */
function boundLatencies(minutes: readonly KeptMinute[]): readonly KeptMinute[] {
  let characters = 0;
  return minutes
    .toReversed()
    .map((one) => {
      characters += JSON.stringify(one.latencies).length;
      return characters > LATENCY_CHARACTERS ? { ...one, latencies: null } : one;
    })
    .toReversed();
}

/** One point for each of the last minutes that are over, the earliest first, also where nothing happened. */
export function toPoints({ minutes }: StatsDay, count: number, nowMs: number): readonly StatsPoint[] {
  const kept = new Map(minutes.map((one) => [one.minute, one]));
  const now = minuteOf(nowMs);
  return Array.from({ length: Math.min(count, MINUTES_KEPT - 1) }, (_, index) => now - index - 1)
    .toReversed()
    .map((minute) => toPoint(minute, kept.get(minute) ?? NO_STATS));
}

function toPoint(minute: Minute, stats: MinuteStats): StatsPoint {
  const { accepted, completed, failed, cancelled, shed, delivered, undelivered } = stats;
  return {
    at: toIso(minute * MINUTE_MS),
    accepted,
    completed,
    failed,
    cancelled,
    shed,
    callbacks: { delivered, failed: undelivered },
    p50Ms: quantiles(stats, 0.5),
    p95Ms: quantiles(stats, 0.95),
  };
}

function quantiles({ latencies }: MinuteStats, share: number): StatsPoint['p50Ms'] {
  return Object.fromEntries(
    TIERS.flatMap((tier) => {
      const ms = quantileOf(latencies?.[tier] ?? {}, share);
      return ms === null ? [] : [[tier, ms]];
    }),
  );
}
