import type { DeliveryCount } from '../domain/callback-record.ts';
import { countEnd, countIn, NO_STATS } from '../domain/minute-stats.ts';
import type { MinuteStats } from '../domain/minute-stats.ts';
import type { RunEnd } from '../domain/run-end.ts';
import { minuteOf } from '../domain/stats-day.ts';
import type { CountedMinute, Minute } from '../domain/stats-day.ts';

/** What this process has counted of each tenant in the last minutes, until it is told to the cluster. */
export interface Tally {
  accepted(event: { readonly tenant: string }, count: number): void;
  shed(event: { readonly tenant: string }): void;
  ended(end: RunEnd): void;
  delivery(delivery: Pick<DeliveryCount, 'outcome' | 'tenant'>): void;
  /** What is there to be told, of the minutes that are over, or of all. */
  counted(which: 'over' | 'all'): readonly TenantMinutes[];
  /** It is told, and kept no longer. */
  forget(told: TenantMinutes): void;
}

export interface TenantMinutes {
  readonly tenant: string;
  readonly minutes: readonly CountedMinute[];
}

// What can't be told for so long is given up.
const KEPT_MINUTES = 60;
// Of tenants that a plugin knows there may be any number; what others have is not counted.
const MAX_TENANTS = 1_000;

export function createTally(now: () => number = Date.now): Tally {
  const tenants = new Map<string, Map<Minute, MinuteStats>>();

  function note(tenant: string, count: (stats: MinuteStats) => MinuteStats): void {
    const minutes = tenants.get(tenant) ?? new Map<Minute, MinuteStats>();
    if (!tenants.has(tenant)) {
      if (tenants.size >= MAX_TENANTS) return;
      tenants.set(tenant, minutes);
    }
    const minute = minuteOf(now());
    const stats = minutes.get(minute) ?? NO_STATS;
    if (stats === NO_STATS) for (const old of minutes.keys()) if (old <= minute - KEPT_MINUTES) minutes.delete(old);
    minutes.set(minute, count(stats));
  }

  return {
    accepted: ({ tenant }, count) => note(tenant, (stats) => countIn(stats, 'accepted', count)),
    shed: ({ tenant }) => note(tenant, (stats) => countIn(stats, 'shed')),
    ended: (end) => note(end.tenant, (stats) => countEnd(stats, end)),
    delivery({ tenant, outcome }) {
      if (outcome === 'delivered') note(tenant, (stats) => countIn(stats, 'delivered'));
      else if (outcome !== 'parked') note(tenant, (stats) => countIn(stats, 'undelivered'));
    },
    counted(which) {
      const current = minuteOf(now());
      return [...tenants].flatMap(([tenant, minutes]) => {
        const counted = [...minutes].flatMap(([minute, stats]) => (which === 'all' || minute < current ? [{ minute, ...stats }] : []));
        return counted.length === 0 ? [] : [{ tenant, minutes: counted }];
      });
    },
    forget({ tenant, minutes: told }) {
      const minutes = tenants.get(tenant);
      for (const { minute } of told) minutes?.delete(minute);
      if (minutes?.size === 0) tenants.delete(tenant);
    },
  };
}
