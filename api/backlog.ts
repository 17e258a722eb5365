import { LRUCache } from 'lru-cache';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { MAX_WAITERS } from '../domain/permits.ts';
import { hasRoom } from '../domain/shedding.ts';
import { within } from '../runtime/within.ts';

export interface BacklogOptions {
  /** Heavy events waiting in the whole cluster, above which none is accepted; lower tiers are refused earlier. */
  readonly maxWaiting: number;
  /** How many wait for a key's permits, as its workflow says. */
  readonly read: (key: string) => Promise<number>;
  readonly now: () => number;
}

export interface Backlog {
  /** Whether there is room for one more heavy event; it is counted as waiting then. */
  admits(event: AcceptedEvent): Promise<boolean>;
}

interface Entry {
  atMs: number;
  waiting: number;
  reading: Promise<void> | null;
}

const READ_EVERY_MS = 1_000;
// Whoever submits waits no longer for a reading: the one before holds until it comes.
const PATIENCE_MS = 200;
// Keys may come from events: those not heard of for longest are forgotten when there are this many.
const MAX_KEYS = 10_000;

/** What waits for permits in the cluster: read at most once a second a key, and only while heavy events come in. */
export function createBacklog({ maxWaiting, read, now }: BacklogOptions): Backlog {
  const known = new LRUCache<string, Entry>({ max: MAX_KEYS });

  async function entryOf(key: string): Promise<Entry> {
    const entry = known.get(key) ?? { atMs: Number.NEGATIVE_INFINITY, waiting: 0, reading: null };
    known.set(key, entry);
    if (now() - entry.atMs >= READ_EVERY_MS) {
      entry.reading ??= look(key, entry);
      await within(entry.reading, PATIENCE_MS);
    }
    return entry;
  }

  /** A limiter that can't be asked, as its worker is away, is no reason to refuse: what is let in meanwhile is counted here. */
  async function look(key: string, entry: Entry): Promise<void> {
    const before = entry.waiting;
    const waiting = await read(key).catch(() => before);
    // With those who were let in since it was asked.
    entry.waiting += waiting - before;
    entry.atMs = now();
    entry.reading = null;
  }

  return {
    async admits({ tier, plan }) {
      const entries = await Promise.all((plan.limits ?? []).map(({ key }) => entryOf(key)));
      // Nothing is awaited between the look and the count: many who ask at once would all see the same last place.
      const room = entries.every(({ waiting }) => hasRoom(tier, waiting, Math.min(MAX_WAITERS, maxWaiting)));
      // Until the next reading, those let in meanwhile are counted by us.
      if (room) for (const entry of entries) entry.waiting += 1;
      return room;
    },
  };
}
