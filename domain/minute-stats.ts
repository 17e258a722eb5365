import { addLatency, addSketches } from './latency-sketch.ts';
import type { LatencySketch } from './latency-sketch.ts';
import type { RunEnd } from './run-end.ts';
import type { Tier } from './tier.ts';
import { TIERS } from './tier.ts';

/** What happened to a tenant's events in a minute. Stored: fields may be added, never renamed. */
export interface MinuteStats {
  readonly accepted: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly shed: number;
  /** Attempts to deliver a callback. */
  readonly delivered: number;
  readonly undelivered: number;
  /** From acceptance to end, by tier; null where there is no room to keep them. */
  readonly latencies: Readonly<Partial<Record<Tier, LatencySketch>>> | null;
}

export const NO_STATS: MinuteStats = {
  accepted: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  shed: 0,
  delivered: 0,
  undelivered: 0,
  latencies: {},
};

type CountName = Exclude<keyof MinuteStats, 'latencies'>;

export function countIn(stats: MinuteStats, name: CountName, count = 1): MinuteStats {
  return { ...stats, [name]: stats[name] + count };
}

/** A verdict. What isn't complete, and wasn't cancelled, counts as failed: somebody has to look. */
export function countEnd(stats: MinuteStats, { tier, outcome, queuedMs, runMs }: RunEnd): MinuteStats {
  const counted = countIn(stats, outcome === 'completed' || outcome === 'cancelled' ? outcome : 'failed');
  if (queuedMs === null || runMs === null || counted.latencies === null) return counted;
  return { ...counted, latencies: { ...counted.latencies, [tier]: addLatency(counted.latencies[tier] ?? {}, queuedMs + runMs) } };
}

export function addStats(one: MinuteStats, other: MinuteStats): MinuteStats {
  const sum = (name: CountName): number => one[name] + other[name];
  return {
    accepted: sum('accepted'),
    completed: sum('completed'),
    failed: sum('failed'),
    cancelled: sum('cancelled'),
    shed: sum('shed'),
    delivered: sum('delivered'),
    undelivered: sum('undelivered'),
    latencies: one.latencies === null || other.latencies === null ? null : addLatencies(one.latencies, other.latencies),
  };
}

function addLatencies(
  one: NonNullable<MinuteStats['latencies']>,
  other: NonNullable<MinuteStats['latencies']>,
): NonNullable<MinuteStats['latencies']> {
  const tiers = TIERS.filter((tier) => one[tier] !== undefined || other[tier] !== undefined);
  return Object.fromEntries(tiers.map((tier) => [tier, addSketches(one[tier] ?? {}, other[tier] ?? {})]));
}
