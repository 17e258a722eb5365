import { createPriorityQueue } from './priority-queue.ts';
import type { Prioritised, PriorityQueue } from './priority-queue.ts';

/** One of so many places of a key. */
export interface PlaceNeed {
  readonly key: string;
  readonly capacity: number;
}

export const NO_NEEDS: readonly PlaceNeed[] = [];

export interface QueuedCall extends Prioritised {
  /** All of these it has from its begin to its end, besides one place of all calls. */
  readonly needs: readonly PlaceNeed[];
}

/**
 * Calls that wait, and a semaphore that they begin by. The next to begin is the first, by priority and then by arrival, of those
 * whose keys all have a place: who waits for a key holds up nobody else. Invariants: never more calls at work than places, of all or
 * of a key; no call waits that could begin, once `next` has given none.
 */
export interface CallQueue<Call extends QueuedCall> {
  add(call: Call): void;
  /** Takes out a call, which is at work from then on; undefined where none can begin. */
  next(): Call | undefined;
  /** Takes out all that wait, in no order. */
  clear(): readonly Call[];
  /** A call that was at work no longer is. */
  end(call: Call): void;
  /** How many calls are left once all have begun that can, or a few more where calls need several keys: what backpressure goes by. */
  backlog(): number;
}

interface Places {
  capacity: number;
  atWork: number;
  /** Of those in line; they haven't been asked yet whether they can begin. */
  inLine: number;
}

interface Key<Call extends QueuedCall> extends Places {
  readonly parked: PriorityQueue<Call>;
}

export function createCallQueue<Call extends QueuedCall>(concurrency: number): CallQueue<Call> {
  const line = createPriorityQueue<Call>();
  const keys = new Map<string, Key<Call>>();
  let atWork = 0;
  let parked = 0;
  // Of those in line, so many more than their keys have places for.
  let beyondKeys = 0;

  return {
    add: enter,

    next() {
      while (atWork < concurrency) {
        const call = line.take();
        if (call === undefined) return undefined;
        if (call.needs.length === 0) {
          atWork += 1;
          return call;
        }
        for (const need of call.needs) change(need, 0, -1);
        const full = call.needs.find((need) => !hasPlace(keyOf(need)));
        if (full === undefined) {
          atWork += 1;
          for (const need of call.needs) change(need, 1, 0);
          return call;
        }
        keyOf(full).parked.add(call);
        parked += 1;
        // A place that it can't use yet may be another's.
        for (const need of call.needs) wakeOne(need);
      }
      return undefined;
    },

    clear() {
      const left: Call[] = [];
      const takeAll = (queue: PriorityQueue<Call>): void => {
        for (let call = queue.take(); call !== undefined; call = queue.take()) left.push(call);
      };
      takeAll(line);
      for (const key of keys.values()) {
        takeAll(key.parked);
        key.inLine = 0;
      }
      parked = 0;
      beyondKeys = 0;
      return left;
    },

    end(call) {
      atWork -= 1;
      for (const need of call.needs) change(need, -1, 0);
      for (const need of call.needs) {
        wakeOne(need);
        const { atWork: left, inLine, parked: others } = keyOf(need);
        if (left + inLine + others.size() === 0) keys.delete(need.key);
      }
    },

    backlog() {
      const inLine = line.size();
      return parked + Math.max(Math.min(beyondKeys, inLine), inLine - (concurrency - atWork));
    },
  };

  function enter(call: Call): void {
    line.add(call);
    for (const need of call.needs) change(need, 0, 1);
  }

  /** One for each place that comes free: whoever is asked and can't begin makes room for the next. */
  function wakeOne(need: PlaceNeed): void {
    const key = keyOf(need);
    const call = hasPlace(key) ? key.parked.take() : undefined;
    if (call === undefined) return;
    parked -= 1;
    enter(call);
  }

  function change(need: PlaceNeed, moreAtWork: number, moreInLine: number): void {
    const key = keyOf(need);
    beyondKeys -= beyond(key);
    // What the latest says holds.
    key.capacity = need.capacity;
    key.atWork += moreAtWork;
    key.inLine += moreInLine;
    beyondKeys += beyond(key);
  }

  function keyOf({ key: name, capacity }: PlaceNeed): Key<Call> {
    let key = keys.get(name);
    if (key === undefined) {
      key = { capacity, atWork: 0, inLine: 0, parked: createPriorityQueue() };
      keys.set(name, key);
    }
    return key;
  }
}

function hasPlace({ atWork, capacity }: Places): boolean {
  return atWork < capacity;
}

function beyond({ inLine, atWork, capacity }: Places): number {
  return Math.max(0, inLine - Math.max(0, capacity - atWork));
}
