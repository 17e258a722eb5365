import type { Client } from '@temporalio/client';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventService } from '../../../api/event-service.ts';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { createTemporalEventService } from '../../../api/temporal/temporal-event-service.ts';
import { mapAtMost } from '../../../domain/map-at-most.ts';
import type { Tier } from '../../../domain/tier.ts';
import { acceptedEvent } from '../domain/event-samples.ts';

/** Takes one start after the other, each for so long; the next one in which order they came. */
interface Engine {
  msPerStart: number;
  isAway: boolean;
  /** The ids of those that were sent, in order. */
  readonly sent: string[];
}

let engine: Engine;
let service: EventService;

beforeEach(() => {
  vi.useFakeTimers();
  ({ engine, service } = serve());
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('a burst of events with ids of their own', () => {
  it('is started whatever the pace of the engine, none given up since too many were sent at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 240 }), async (msPerStart, events) => {
        ({ engine, service } = serve());
        engine.msPerStart = msPerStart;

        expect(await outcomes(Array.from({ length: events }, (_, nth) => submit(`${nth}`)))).toEqual({ accepted: events });
        expect(engine.sent).toHaveLength(events);
      }),
      { numRuns: 20 },
    );
  });

  it('is started where the engine becomes four times as slow all at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0, max: 2_000 }), async (msPerStart, afterMs) => {
        ({ engine, service } = serve());
        engine.msPerStart = msPerStart;
        const burst = outcomes(Array.from({ length: 240 }, (_, nth) => submit(`${nth}`)));
        await vi.advanceTimersByTimeAsync(afterMs);
        engine.msPerStart *= 4;

        expect(await burst).toEqual({ accepted: 240 });
      }),
      { numRuns: 20 },
    );
  });

  it('goes by tiers', async () => {
    engine.msPerStart = 50;
    const burst = Array.from({ length: 40 }, (_, nth) => submit(`bulk-${nth}`, 'bulk'));
    await vi.advanceTimersByTimeAsync(60);
    burst.push(submit('critical', 'critical'));

    expect(await outcomes(burst)).toEqual({ accepted: 41 });
    expect(engine.sent.indexOf('critical')).toBeLessThan(20);
  });
});

it('never refuses one of a closed loop of 64, whatever the pace of the engine', async () => {
  const pace = fc.record({
    msPerStart: fc.integer({ min: 1, max: 20 }),
    slower: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(pace, async ({ msPerStart, slower }) => {
      ({ engine, service } = serve());
      const loop = mapAtMost(
        Array.from({ length: 256 }, (_, nth) => nth),
        64,
        async (nth) => {
          engine.msPerStart = msPerStart * (slower[Math.floor((nth * slower.length) / 256)] ?? 1);
          return submit(`${nth}`);
        },
      );
      expect(await outcomes([loop])).toEqual({ accepted: 1 });
    }),
    { numRuns: 10 },
  );
});

it('says at once to all who wait that the engine has gone away, and takes new ones when it is back', async () => {
  engine.isAway = true;
  const burst = outcomes(Array.from({ length: 100 }, (_, nth) => submit(`${nth}`)));
  await vi.advanceTimersByTimeAsync(1_600);
  expect(await burst).toEqual({ unknown: 100 });
  expect(engine.sent).toHaveLength(16);
  engine.isAway = false;
  expect(await outcomes([submit('later')])).toEqual({ accepted: 1 });
});

it('goes on with those who wait where the engine refuses one', async () => {
  engine.msPerStart = 50;
  const burst = Array.from({ length: 40 }, (_, nth) => submit(nth === 20 ? 'refused' : `${nth}`));
  expect(await outcomes(burst)).toEqual({ accepted: 39, unknown: 1 });
});

function submit(id: string, tier: Tier = 'normal'): Promise<unknown> {
  return service.submit(acceptedEvent({ id, tier }), { fingerprint: 'f', waitMs: 0 });
}

async function outcomes(submissions: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const all = Promise.allSettled(submissions);
  await run(all);
  for (const { status } of await all) {
    const kind = status === 'fulfilled' ? 'accepted' : 'unknown';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Has time pass until it is over. */
async function run(promise: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  void promise.finally(() => {
    state.isOver = true;
  });
  for (let nth = 0; !state.isOver && nth < 100_000; nth += 1) await vi.advanceTimersByTimeAsync(10);
}

function serve(): { engine: Engine; service: EventService } {
  const made: Engine = { msPerStart: 1, isAway: false, sent: [] };
  let busyUntilMs = 0;
  const start = (_type: string, { workflowId }: { workflowId: string }) => {
    made.sent.push(workflowId);
    // gRPC's RESOURCE_EXHAUSTED.
    if (workflowId === 'refused') return Promise.reject(Object.assign(new Error('8'), { code: 8, details: '', metadata: {} }));
    if (made.isAway) return new Promise(() => undefined);
    return new Promise((resolve) => {
      busyUntilMs = Math.max(Date.now(), busyUntilMs) + made.msPerStart;
      setTimeout(() => resolve({ workflowId, firstExecutionRunId: 'r', eagerlyStarted: true }), busyUntilMs - Date.now());
    });
  };
  const client = { options: { namespace: 'default' }, withDeadline: (_: number, call: () => unknown) => call(), workflow: { start } };
  const events = createTemporalEventService({
    now: Date.now,
    client: client as unknown as Client,
    liveRuns: createLiveRuns(),
    address: 'nowhere',
    uiUrl: null,
    queues: [],
    stopping: new AbortController().signal,
    items: { item: async () => null, acceptedItem: async () => null, cancelItem: async () => 'not_found', whyItem: async () => null },
    onEagerMiss: () => undefined,
    observeEnd: () => undefined,
    inFlight: () => 0,
    callbacksUnderWay: () => 0,
    runAhead: () => undefined,
    withdraw: () => false,
  });
  return { engine: made, service: events };
}
