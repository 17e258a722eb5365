import { inTurnOrder } from '../domain/shedding.ts';
import type { InLine } from '../domain/shedding.ts';
import type { Tier } from '../domain/tier.ts';
import type { WatchLoop } from '../runtime/watch-loop.ts';
import { firstThatFit } from '../domain/first-that-fit.ts';
import { standingOf } from './standing.ts';
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

interface Waiting<Item, Placed> extends InLine {
  readonly item: Item;
  readonly resolve: (placed: Placed) => void;
  readonly reject: (error: unknown) => void;
}

interface Gathering<Item, Placed> {
  readonly key: string;
  waiting: Waiting<Item, Placed>[];
}

// More chunks at a time would only be smaller ones. A chunk that turns out to wait for something else than this process makes room
// for others.
const TURNS = { maxQuick: 1, slowAfterMs: { least: 50, most: 500 }, maxTurns: 100 };
// After a chunk the next one gathers for one and a half times as long as that took. The callbacks of the first are on their way meanwhile,
// and more than twice as many events share what a workflow costs. A shorter pause makes chunks small, a longer one leaves the processor
// idle (docs/decisions/0009).
const PAUSE_OF_TURN = 1.5;
const MAX_PAUSE_MS = 25;
// While the event loop is saturated and callbacks are backlogged, the next chunk is delayed, for a second at most: to start it would only delay
// every callback. A process that waits for receivers isn't saturated.
const MAX_BEHIND_MS = 1_000;
const LOOK_AGAIN_MS = 5;

// A turn that takes longer waits for something that critical items needn't wait for.
const MAX_CRITICAL_WAIT_MS = 50;

/**
 * Group commit: an item that comes alone goes at once, and alone. While others are worked on, items gather, and go together as a chunk
 * when those have ended, the most urgent first. So chunks are as large as the load makes them, and whoever comes to an idle process waits
 * for nobody. Critical items that have not had their turn in time go without one.
 */
export function createGroupCommit<Item extends { readonly tier: Tier }, Placed>(options: GroupCommitOptions<Item, Placed>) {
  const { commit, keyOf, bytesOf, isBehind, watchLoop, now } = options;
  const turns = createTurns({ ...TURNS, now });
  // One is there for as long as a turn is waited for.
  const gatherings = new Map<string, Gathering<Item, Placed>>();

  async function empty(gathering: Gathering<Item, Placed>): Promise<void> {
    while (gathering.waiting.length > 0) {
      const endTurn = await turns.take(standingOf(() => gathering.waiting, now));
      const chunk = takeFirst(gathering, inTurnOrder(gathering.waiting, now()));
      if (gathering.waiting.length === 0) gatherings.delete(gathering.key);
      // Rejects never.
      void send(chunk).finally(endTurn);
    }
  }

  function hurry(gathering: Gathering<Item, Placed>, overdue: Waiting<Item, Placed>): void {
    const critical = gathering.waiting.filter(({ tier }) => tier === 'critical');
    // Rejects never.
    if (critical.includes(overdue)) void send(takeFirst(gathering, critical));
  }

  function takeFirst(gathering: Gathering<Item, Placed>, inOrder: readonly Waiting<Item, Placed>[]): readonly Waiting<Item, Placed>[] {
    const chunk = firstThatFit(inOrder, ({ item }) => bytesOf(item));
    const taken = new Set(chunk);
    gathering.waiting = gathering.waiting.filter((one) => !taken.has(one));
    return chunk;
  }

  async function send(chunk: readonly Waiting<Item, Placed>[]): Promise<void> {
    // All that waited may have gone without a turn.
    if (chunk.length === 0) return;
    const startedMs = now();
    const isBusy = watchLoop();
    try {
      const { placed, done } = await commit(chunk.map(({ item }) => item));
      for (const [index, { resolve, reject }] of chunk.entries()) {
        const place = placed[index];
        if (place === undefined) reject(new Error('an item was committed nowhere'));
        else resolve(place);
      }
      await done;
      if (chunk.length > 1) await pause(Math.min(MAX_PAUSE_MS, PAUSE_OF_TURN * (now() - startedMs)));
      if (isBusy()) await catchUp();
    } catch (error) {
      for (const { reject } of chunk) reject(error);
    }
  }

  async function catchUp(): Promise<void> {
    for (const untilMs = now() + MAX_BEHIND_MS; isBehind() && now() < untilMs;) await pause(LOOK_AGAIN_MS);
  }

  return function add(item: Item): Promise<Placed> {
    return new Promise((resolve, reject) => {
      const key = keyOf(item);
      const entry = { item, tier: item.tier, sinceMs: now(), resolve, reject };
      const known = gatherings.get(key);
      const gathering = known ?? { key, waiting: [] };
      gathering.waiting.push(entry);
      if (item.tier === 'critical') setTimeout(() => hurry(gathering, entry), MAX_CRITICAL_WAIT_MS);
      if (known !== undefined) return;
      gatherings.set(key, gathering);
      // Rejects never.
      void empty(gathering);
    });
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
