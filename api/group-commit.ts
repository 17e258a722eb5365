import { MAX_GROUP } from '../domain/group.ts';
import type { Tier } from '../domain/tier.ts';
import type { WatchLoop } from '../domain/watch-loop.ts';
import { createTurns } from './turns.ts';

export interface GroupCommitOptions<Item, Placed> {
  /** Brings items on their way together; resolves once they are durable. */
  readonly commit: (items: readonly Item[]) => Promise<Committed<Placed>>;
  /** Items that may be committed together have the same key. */
  readonly keyOf: (item: Item) => string;
  readonly bytesOf: (item: Item) => number;
  /** Whether much of what those before have left to this process is not done yet. */
  readonly isBehind: () => boolean;
  readonly watchLoop: WatchLoop;
  readonly now: () => number;
}

export interface Committed<Placed> {
  /** Where each of the items is, in order. */
  readonly placed: readonly Placed[];
  /** Resolves when this process has done with them. */
  readonly done: Promise<unknown>;
}

interface Waiting<Item, Placed> {
  readonly item: Item;
  readonly sinceMs: number;
  readonly resolve: (placed: Placed) => void;
  readonly reject: (error: unknown) => void;
}

// More than one at a time would only make each of them smaller. One that turns out to wait for something else than this
// process makes room for others.
const TURNS = { maxQuick: 1, slowAfterMs: { least: 50, most: 500 }, maxTurns: 100 };
// After a group the next one gathers for as long again as that took: its callbacks are on their way, and twice as many events
// share what a workflow costs.
const MAX_PAUSE_MS = 25;
// A process without rest that is behind with callbacks would send none of them faster for having more, but each later: it lets
// the next ones gather. One that is behind since it waits for receivers doesn't.
const MAX_BEHIND_MS = 1_000;
const LOOK_AGAIN_MS = 5;

/**
 * Group commit: who comes alone goes at once, and alone; while others are worked on, those that come gather and go together
 * after them. So groups are as large as the load makes them, and whoever comes to an idle process waits for nobody.
 */
export function createGroupCommit<Item extends { readonly tier: Tier }, Placed>(options: GroupCommitOptions<Item, Placed>) {
  const { commit, keyOf, bytesOf, isBehind, watchLoop, now } = options;
  // Critical ones wait for no others.
  const turns = { critical: createTurns({ ...TURNS, now }), other: createTurns({ ...TURNS, now }) };
  // A key is there for as long as somebody waits.
  const gathering = new Map<string, Waiting<Item, Placed>[]>();

  async function empty(key: string, tier: Tier, waiting: Waiting<Item, Placed>[]): Promise<void> {
    while (waiting.length > 0) {
      const endTurn = await turns[tier === 'critical' ? 'critical' : 'other'].take({ tier, sinceMs: waiting[0]?.sinceMs ?? 0 });
      const group = waiting.splice(0, fitting(waiting));
      if (waiting.length === 0) gathering.delete(key);
      // Rejects never.
      void send(group).finally(endTurn);
    }
  }

  async function send(group: readonly Waiting<Item, Placed>[]): Promise<void> {
    const startedMs = now();
    const isBusy = watchLoop();
    try {
      const { placed, done } = await commit(group.map(({ item }) => item));
      for (const [index, { resolve, reject }] of group.entries()) {
        const place = placed[index];
        if (place === undefined) reject(new Error('an item was committed nowhere'));
        else resolve(place);
      }
      await done;
      if (group.length > 1) await pause(Math.min(MAX_PAUSE_MS, now() - startedMs));
      if (group[0]?.item.tier !== 'critical' && isBusy()) await catchUp();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  async function catchUp(): Promise<void> {
    for (const untilMs = now() + MAX_BEHIND_MS; isBehind() && now() < untilMs;) await pause(LOOK_AGAIN_MS);
  }

  function fitting(waiting: readonly Waiting<Item, Placed>[]): number {
    let bytes = 0;
    const beyond = waiting.findIndex(({ item }) => (bytes += bytesOf(item)) > MAX_GROUP.bytes);
    return Math.max(1, Math.min(MAX_GROUP.events, beyond < 0 ? waiting.length : beyond));
  }

  return function add(item: Item): Promise<Placed> {
    return new Promise((resolve, reject) => {
      const key = keyOf(item);
      const entry = { item, sinceMs: now(), resolve, reject };
      const waiting = gathering.get(key);
      if (waiting !== undefined) {
        waiting.push(entry);
        return;
      }
      const begun = [entry];
      gathering.set(key, begun);
      // Rejects never.
      void empty(key, item.tier, begun);
    });
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
