import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineUnavailableError } from '../../../../temporal/engine-unavailable-error.ts';
import { GoneError } from '../../../../api/sse/watch.ts';
import type { Seat } from '../../../../api/sse/watches.ts';
import { createWatches } from '../../../../api/sse/watches.ts';

interface Thing {
  readonly status: string;
  readonly done: number;
}

const key = { tenant: 'default', id: 'a' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function never(): AbortSignal {
  return new AbortController().signal;
}

/** Watches of a thing that is what `set` says, or fails as `set` says. */
function setUp(initial: Thing | Error | null = { status: 'running', done: 0 }) {
  let state = initial;
  let reads = 0;
  const tells = new Set<(thing: Thing) => void>();
  const watches = createWatches<Thing>({
    read: async () => {
      reads += 1;
      if (state instanceof Error) throw state;
      return state;
    },
    listen: (_key, tell) => {
      tells.add(tell);
      return () => tells.delete(tell);
    },
    isEnded: ({ status }) => status !== 'running',
    progressOf: (thing) => thing,
  });
  return {
    watches,
    reads: () => reads,
    listeners: () => tells.size,
    set: (next: Thing | Error | null) => {
      state = next;
    },
    hear: (thing: Thing) => {
      for (const tell of tells) tell(thing);
    },
    join: async (): Promise<Seat> => {
      const seat = await watches.join(key);
      if (seat === null) throw new Error('there is no such thing');
      return seat;
    },
  };
}

/** What the seat is told from now on, until its last message. */
function follow({ watch }: Seat): readonly unknown[] {
  const told: unknown[] = [];
  void (async () => {
    let afterId = watch.latest()?.id ?? null;
    for (;;) {
      const message = await watch.next({ afterId, waitMs: 60_000, signal: never() }).catch((error: Error) => error);
      if (message === null) return;
      told.push(message instanceof Error ? message : JSON.parse(message.data));
      if (message instanceof Error || message.last) return;
      afterId = message.id;
    }
  })();
  return told;
}

describe('a watch', () => {
  it('asks the engine at most four times a second, whatever the number of watchers', async () => {
    const thing = setUp();
    const seats = await Promise.all(Array.from({ length: 500 }, () => thing.join()));
    expect(thing.reads()).toBe(1);
    const told = seats.map(follow);
    for (let done = 1; done <= 40; done += 1) {
      thing.set({ status: 'running', done });
      await vi.advanceTimersByTimeAsync(250);
    }
    expect(thing.reads()).toBeLessThanOrEqual(41);
    for (const each of told) expect(each.length).toBeGreaterThan(30);
    thing.set({ status: 'completed', done: 41 });
    await vi.advanceTimersByTimeAsync(1_000);
    for (const each of told) expect(each.at(-1)).toEqual({ status: 'completed', done: 41 });
    for (const seat of seats) seat.leave();
  });

  it('asks ever less often where nothing changes, down to once a second', async () => {
    const thing = setUp();
    const seat = await thing.join();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(thing.reads()).toBeLessThan(14);
    expect(thing.reads()).toBeGreaterThan(9);
    seat.leave();
  });

  it('passes on at once what this process sees, and the end without a gap', async () => {
    const thing = setUp();
    const seat = await thing.join();
    const told = follow(seat);
    await vi.advanceTimersByTimeAsync(300);
    thing.hear({ status: 'running', done: 1 });
    thing.hear({ status: 'completed', done: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toEqual({ status: 'completed', done: 2 });
    expect(thing.listeners()).toBe(0);
    seat.leave();
  });

  it('doesn’t go back to what was read before it heard more', async () => {
    let answer = (_thing: Thing): void => undefined;
    let hear = (_thing: Thing): void => undefined;
    const watches = createWatches<Thing>({
      read: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      listen: (_key, tell) => {
        hear = tell;
        return () => undefined;
      },
      isEnded: () => false,
      progressOf: (thing) => thing,
    });
    const joining = watches.join(key);
    hear({ status: 'running', done: 2 });
    answer({ status: 'running', done: 1 });
    const seat = await joining;
    expect(JSON.parse(seat?.watch.latest()?.data ?? '')).toMatchObject({ done: 2 });
    seat?.leave();
  });

  it('goes on when the engine was away', async () => {
    const thing = setUp();
    const seat = await thing.join();
    const told = follow(seat);
    thing.set(new EngineUnavailableError('away'));
    await vi.advanceTimersByTimeAsync(5_000);
    thing.set({ status: 'completed', done: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([{ status: 'completed', done: 1 }]);
    seat.leave();
  });

  it.each([
    ['is gone', null, GoneError],
    ["can't be read", new Error('broken'), Error],
  ])('fails when what it watches %s', async (_what, state, expected) => {
    const thing = setUp();
    const seat = await thing.join();
    const told = follow(seat);
    thing.set(state);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([expect.any(expected)]);
    seat.leave();
  });

  it('gives up waiting at the deadline and when told to', async () => {
    const thing = setUp();
    const seat = await thing.join();
    const afterId = seat.watch.latest()?.id ?? null;
    const late = seat.watch.next({ afterId, waitMs: 100, signal: never() });
    const leaving = new AbortController();
    const left = seat.watch.next({ afterId, waitMs: 60_000, signal: leaving.signal });
    leaving.abort();
    expect(await left).toBeNull();
    expect(await seat.watch.next({ afterId, waitMs: 60_000, signal: leaving.signal })).toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    expect(await late).toBeNull();
    seat.leave();
  });
});

describe('joining a watch', () => {
  it('gives nothing where there is no such thing', async () => {
    const thing = setUp(null);
    expect(await Promise.all([thing.watches.join(key), thing.watches.join(key)])).toEqual([null, null]);
    expect(thing.listeners()).toBe(0);
  });

  it('throws where the engine is away', async () => {
    const thing = setUp(new EngineUnavailableError('away'));
    await expect(thing.join()).rejects.toThrow(EngineUnavailableError);
    thing.set({ status: 'running', done: 0 });
    (await thing.join()).leave();
  });

  it('begins anew after an end, for what may run again', async () => {
    const thing = setUp({ status: 'failed', done: 1 });
    const first = await thing.join();
    expect(first.watch.latest()).toMatchObject({ event: 'failed', last: true });
    thing.set({ status: 'running', done: 0 });
    const second = await thing.join();
    expect(second.watch.latest()).toMatchObject({ event: 'progress', last: false });
    first.leave();
    first.leave();
    expect((await thing.join()).watch).toBe(second.watch);
    second.watch.stop();
  });

  it('keeps tenants apart', async () => {
    const thing = setUp();
    const [mine, theirs] = [await thing.watches.join(key), await thing.watches.join({ tenant: 'other', id: 'a' })];
    expect(mine?.watch).not.toBe(theirs?.watch);
    mine?.leave();
    theirs?.leave();
  });

  it('ends with the last that leaves', async () => {
    const thing = setUp();
    const [one, other] = [await thing.join(), await thing.join()];
    one.leave();
    expect(thing.listeners()).toBe(1);
    other.leave();
    expect(thing.listeners()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
