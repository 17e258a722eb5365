import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRunItems } from '../../../../activities/batch/run-items.ts';
import type { BatchItem } from '../../../../domain/batch-item.ts';
import type { RunItemsInput, RunItemsOutcome } from '../../../../domain/batch-work.ts';
import type { ItemRun } from '../../../../domain/item-run.ts';
import { nextAttemptMs, markOf } from '../../../../domain/item-run.ts';
import type { HandlerContext } from '../../../../domain/define-event.ts';
import type { HandledEvent } from '../../../../domain/handled-event.ts';
import { PermanentError, RetryLaterError } from '../../../../domain/handler-errors.ts';
import type { Advance } from '../../../../handlers/advance.ts';
import { createClonedAdvance } from '../../../support/cloned-advance.ts';
import { eventItem, rejectedItem } from '../../domain/batch-samples.ts';
import { acceptedEvent, lightPlan, NOON_MS } from '../../domain/event-samples.ts';
import { stagedType } from '../../handlers/advance-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };
const oneStage = { ...lightPlan, stages: ['action'] };

type Stage = (stage: string, event: HandledEvent, context: HandlerContext) => unknown;

/** A page of these items, whose stages do what `stage` does; the clock stands still unless the test moves it. */
function prepare(items: readonly BatchItem[], stage: Stage, advance?: Advance) {
  const clock = { nowMs: NOON_MS };
  const begun: string[] = [];
  const env = new MockActivityEnvironment(
    { workflowExecution: { workflowId: 'night~batch.unit.0.0', runId: 'run-a' } },
    { logger: new DefaultLogger('ERROR') },
  );
  const type = stagedType((name, event, _before, context) => {
    begun.push(`${event.id} ${name}`);
    return stage(name, event, context);
  });
  const runItems = createRunItems({
    log: new DefaultLogger('ERROR'),
    readPage: (workflowId) =>
      workflowId === 'page-1' ? Promise.resolve({ items, runId: 'run-page' }) : Promise.reject(new Error(`no page ${workflowId}`)),
    advance: advance ?? createClonedAdvance({ find: () => type }, () => clock.nowMs),
  });
  const all = items.map((_, offset) => ({ offset, run: 1 }));
  return {
    clock,
    begun,
    env,
    /** Those that have ended apart from those to be taken up again. */
    async run(input: Partial<RunItemsInput> = {}) {
      const outcome: RunItemsOutcome = await env.run(() => runItems({ page: 'page-1', items: all, parallel: 1, ...input }));
      const hasEnded = (item: ItemRun): boolean => markOf(item) !== 'p';
      return {
        ended: outcome.items.filter(hasEnded),
        again: outcome.items.filter((item) => !hasEnded(item)),
        deliveries: outcome.deliveries,
      };
    },
  };
}

function eventsOf(count: number, fields: Parameters<typeof eventItem>[0] = {}): readonly BatchItem[] {
  return Array.from({ length: count }, (_, index) => eventItem({ id: `night_${index}`, plan: oneStage, ...fields }));
}

function offsetsOf(works: readonly { readonly offset: number }[]): readonly number[] {
  return works.map(({ offset }) => offset);
}

function onlyOf<T>(values: readonly T[]): T {
  const [only] = values;
  if (only === undefined || values.length > 1) throw new Error(`there are ${values.length} instead of one`);
  return only;
}

describe('the items of a unit', () => {
  it('each go through their stages, and end with what these gave', async () => {
    const { run } = prepare([eventItem({ plan: lightPlan })], (stage) => stage.toUpperCase());

    expect(await run()).toEqual({
      ended: [
        {
          offset: 0,
          run: 1,
          state: {
            phase: { status: 'completed', endedAtMs: NOON_MS },
            startedAtMs: NOON_MS,
            attempts: { meaning: 1, decision: 1, action: 1 },
            results: { meaning: 'MEANING', decision: 'DECISION', action: 'ACTION' },
            progress: null,
            failures: { failed: 0, lost: 0 },
          },
        },
      ],
      again: [],
      deliveries: [],
    });
  });

  it('one at a time go each to its end before the next', async () => {
    const { run, begun } = prepare(eventsOf(2, { plan: lightPlan }), async () => null);

    await run({ parallel: 1 });

    expect(begun).toEqual(['night_0', 'night_1'].flatMap((id) => [`${id} meaning`, `${id} decision`, `${id} action`]));
  });

  it('are those that were asked for, as the run that was asked for', async () => {
    const { run, begun } = prepare(
      eventsOf(4, { tenant: 'acme', batchId: 'night' }),
      (_stage, _event, { idempotencyKey }) => idempotencyKey,
    );

    const { ended } = await run({ items: [{ offset: 3, run: 2 }] });

    expect(begun).toEqual(['night_3 action']);
    expect(ended).toMatchObject([{ offset: 3, state: { results: { action: 'acme/night~batch.item.3/2/action' } } }]);
  });

  it('begin in order, never more at once than may, and each ends once', async () => {
    const anyPauses = fc.array(fc.nat(5), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(anyPauses, fc.integer({ min: 1, max: 8 }), async (pauses, parallel) => {
        let open = 0;
        let mostOpen = 0;
        const { run, begun } = prepare(eventsOf(pauses.length), async () => {
          open += 1;
          mostOpen = Math.max(mostOpen, open);
          for (let turns = pauses[begun.length - 1] ?? 0; turns >= 0; turns -= 1) await Promise.resolve();
          open -= 1;
        });

        const { ended, again } = await run({ parallel });

        expect(mostOpen).toBe(Math.min(parallel, pauses.length));
        expect(begun).toEqual(pauses.map((_, index) => `night_${index} action`));
        expect(offsetsOf(ended).toSorted((a, b) => a - b)).toEqual(pauses.map((_, index) => index));
        expect(again).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('that are no events have failed already, and no stage runs for them', async () => {
    const { run, begun } = prepare([rejectedItem()], () => null);

    expect(await run()).toMatchObject({
      ended: [{ offset: 0, state: { phase: { status: 'failed', error: { code: 'invalid_event' } } }, cause: 'sample:none:invalid_event' }],
      again: [],
      deliveries: [],
    });
    expect(begun).toEqual([]);
  });

  it('that are no events are called back where it is known to whom', async () => {
    const event = acceptedEvent({ id: 'night_1', batchId: 'night', data: { day: 'Monday' }, callback });
    const { run } = prepare([rejectedItem(), rejectedItem({ event })], () => null);

    const { deliveries } = await run({ items: [0, 1].map((offset) => ({ offset, run: 2 })) });

    expect(deliveries).toMatchObject([
      {
        target: { kind: 'event', tenant: 'default', owner: 'night~batch.item.1', run: 2, callback },
        message: { type: 'event.failed', data: { id: 'night_1', run: 2, data: { day: 'Monday' }, error: { code: 'invalid_event' } } },
      },
    ]);
  });

  it('must be in the page', async () => {
    const { run } = prepare(eventsOf(1), () => null);

    await expect(run({ items: [{ offset: 1, run: 1 }] })).rejects.toThrow('there is no item 1 in "page-1"');
  });

  it('are left to another call when this one is cancelled under them', async () => {
    const { run, env } = prepare(eventsOf(1), () => new Promise(() => undefined));

    const running = run();
    env.cancel('CANCELLED');

    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('keep results of 4 KiB, since many of them share a history', async () => {
    const { run } = prepare(eventsOf(1), () => 'x'.repeat(4_095));

    expect((await run()).ended).toMatchObject([{ state: { phase: { status: 'failed', error: { code: 'result_too_large' } } } }]);
  });

  it('are no less than were begun', async () => {
    const { run } = prepare(
      eventsOf(2),
      () => null,
      async ({ runs }) => ({ runs: runs.map(() => ({ kind: 'stale', version: 1 })), change: null }),
    );

    expect(await run()).toEqual({ ended: [], again: [], deliveries: [] });
  });
});

describe('one call', () => {
  it('takes up no more items after half a second', async () => {
    const { run, clock } = prepare(eventsOf(5), () => {
      clock.nowMs += 200;
    });

    const { ended, again } = await run();

    expect(offsetsOf(ended)).toEqual([0, 1, 2]);
    expect(again).toEqual([]);
  });

  it('brings what it has begun to its end, however long that takes', async () => {
    const { run, clock } = prepare(eventsOf(2, { plan: lightPlan }), () => {
      clock.nowMs += 10_000;
    });

    expect(offsetsOf((await run()).ended)).toEqual([0]);
  });

  it('takes up no more items once their results are a quarter of a megabyte, by their bytes', async () => {
    const endedOf = async (result: string) => (await prepare(eventsOf(200), () => result).run()).ended;

    const [short, euros] = [await endedOf('x'.repeat(4_094)), await endedOf('€'.repeat(1_364))];

    expect(short.length).toBe(euros.length);
    expect(Buffer.byteLength(JSON.stringify(short))).toBeGreaterThan(256 * 1024);
    expect(Buffer.byteLength(JSON.stringify(short.slice(0, -1)))).toBeLessThan(520 * 1024);
  });

  it('counts the callbacks among what it gives', async () => {
    const { run } = prepare(eventsOf(200, { callback, plan: lightPlan }), () => 'x'.repeat(4_094));

    const outcome = await run();

    expect(outcome.ended.length).toBeGreaterThan(1);
    expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThan(600 * 1024);
  });

  it('gives no more than an engine takes in one piece, however many items are under way when it has enough', async () => {
    let quick = 0;
    let release = (): void => undefined;
    const enough = new Promise<void>((resolve) => {
      release = resolve;
    });
    // As large as a page may be, with all but one of as many lanes as a unit may have held up.
    const data = 'x'.repeat(2_600);
    const { run } = prepare(eventsOf(75, { callback, data, plan: lightPlan }), async (_stage, { id }) => {
      if (Number(id.slice('night_'.length)) < 31) await enough;
      else quick += 1;
      if (quick === 3 * 42) release();
      return 'x'.repeat(4_094);
    });

    expect(Buffer.byteLength(JSON.stringify(await run({ parallel: 32 })))).toBeLessThan(2 * 1024 * 1024);
  });
});

describe('an item whose stage has failed', () => {
  it('comes back with what it has so far, and when it is to be tried again', async () => {
    const { run } = prepare([eventItem({ plan: lightPlan })], (stage) => {
      if (stage === 'decision') throw new Error('not now');
      return stage;
    });

    const { ended, again } = await run();

    const lastError = { code: 'handler_failed', message: 'not now', stage: 'decision', retryable: true };
    expect(ended).toEqual([]);
    expect(again).toEqual([
      {
        offset: 0,
        run: 1,
        state: {
          phase: { status: 'waiting', stage: 'decision', waiting: { reason: 'retry', untilMs: NOON_MS + 100, forMs: 100, lastError } },
          startedAtMs: NOON_MS,
          attempts: { meaning: 1, decision: 1 },
          results: { meaning: 'meaning' },
          progress: null,
          failures: { failed: 1, lost: 0 },
        },
      },
    ]);
  });

  it('goes on at that stage, and counts its attempts across calls', async () => {
    const { run, clock, begun } = prepare([eventItem({ id: 'night_0', plan: lightPlan })], (stage, _event, { attempt }) => {
      if (stage === 'decision' && attempt !== 3) throw new Error(`attempt ${attempt}`);
      return stage;
    });

    const first = onlyOf((await run()).again);
    clock.nowMs = nextAttemptMs(first);
    const second = onlyOf((await run({ items: asRecorded([first]) })).again);
    const { ended } = await run({ items: asRecorded([second]) });

    expect(second.state).toMatchObject({ failures: { failed: 2, lost: 0 } });
    expect(nextAttemptMs(second)).toBe(NOON_MS + 100 + 200);
    expect(ended).toMatchObject([{ state: { phase: { status: 'completed' }, attempts: { meaning: 1, decision: 3, action: 1 } } }]);
    expect(begun).toEqual(['meaning', 'decision', 'decision', 'decision', 'action'].map((stage) => `night_0 ${stage}`));
  });

  it('has failed when its attempts are used up', async () => {
    const { run } = prepare(eventsOf(1), () => {
      throw new Error('never');
    });
    let items: readonly ItemRun[] = [{ offset: 0, run: 1 }];
    for (let attempt = 1; attempt < 3; attempt += 1) items = asRecorded((await run({ items })).again);

    const { ended, again } = await run({ items });

    expect(again).toEqual([]);
    expect(ended).toMatchObject([
      { state: { phase: { status: 'failed', endedAtMs: NOON_MS, error: { message: 'never' } }, attempts: { action: 3 } } },
    ]);
    expect(ended).toMatchObject([{ cause: 'sample:action:handler_failed' }]);
  });

  it('has failed at once when there is no use in trying again', async () => {
    const { run } = prepare(eventsOf(2), (_stage, { id }) => {
      if (id === 'night_0') throw new PermanentError('card_declined', 'no money');
    });

    expect(await run()).toMatchObject({
      ended: [
        { offset: 0, state: { phase: { status: 'failed' } }, cause: 'sample:action:card_declined' },
        { offset: 1, state: { phase: { status: 'completed' } } },
      ],
      again: [],
    });
  });

  it('waits as long as its handler asks for', async () => {
    const { run } = prepare(eventsOf(1), () => {
      throw new RetryLaterError(5_000);
    });

    expect((await run()).again.map(nextAttemptMs)).toEqual([NOON_MS + 5_000]);
  });

  it('uses up no attempt when the process stopped under it', async () => {
    const { run, env } = prepare(eventsOf(1), () => new Promise(() => undefined));

    const running = run();
    env.cancel('WORKER_SHUTDOWN');

    const lost = onlyOf((await running).again);
    expect(lost.state).toMatchObject({ failures: { failed: 0, lost: 1 } });
    expect(nextAttemptMs(lost)).toBe(NOON_MS);
  });

  it('is overtaken by none where order is to be kept, and holds up none elsewhere, however few run at once', async () => {
    const failFirst: Stage = (_stage, { id }) => {
      if (id === 'night_0') throw new Error('not now');
    };

    const inOrder = await prepare(eventsOf(3), failFirst).run({ parallel: 1, isInOrder: true });
    const others = await Promise.all([1, 2, 3].map((parallel) => prepare(eventsOf(3), failFirst).run({ parallel })));

    expect([offsetsOf(inOrder.ended), offsetsOf(inOrder.again)]).toEqual([[], [0]]);
    for (const { ended, again } of others) {
      expect([offsetsOf(ended).toSorted((a, b) => a - b), offsetsOf(again)]).toEqual([[1, 2], [0]]);
    }
  });
});

it('that is no event waits for its turn where order is to be kept', async () => {
  const event = acceptedEvent({ id: 'night_1', batchId: 'night', callback });
  let isUp = false;
  const { run, clock } = prepare([...eventsOf(1), rejectedItem({ event })], () => {
    if (!isUp) throw new RetryLaterError(30_000);
  });

  const before = await run({ isInOrder: true });
  expect([offsetsOf(before.ended), offsetsOf(before.again), before.deliveries]).toEqual([[], [0], []]);

  isUp = true;
  clock.nowMs += 30_000;
  const after = await run({ isInOrder: true, items: [...asRecorded(before.again), { offset: 1, run: 1 }] });
  expect(offsetsOf(after.ended)).toEqual([0, 1]);
  expect(after.deliveries).toMatchObject([{ message: { type: 'event.failed' } }]);
});

describe('a callback', () => {
  it('is owed to each item that has ended and names one', async () => {
    const items = [
      eventItem({ id: 'night_0', tenant: 'acme', callback, plan: oneStage }),
      eventItem({ id: 'night_1', plan: oneStage }),
      eventItem({ id: 'night_2', tenant: 'acme', callback, plan: oneStage }),
    ];
    const { run } = prepare(items, (_stage, { id }) => {
      if (id === 'night_2') throw new PermanentError('card_declined', 'no money');
    });

    const { deliveries } = await run({ items: [0, 1, 2].map((offset) => ({ offset, run: 2 })) });

    expect(deliveries).toMatchObject([
      {
        target: { kind: 'event', tenant: 'acme', owner: 'acme/night_0', run: 2, callback },
        message: { type: 'event.completed', timestamp: '2026-01-01T12:00:00.000Z', data: { id: 'night_0', status: 'completed' } },
      },
      { target: { owner: 'acme/night_2' }, message: { type: 'event.failed', data: { error: { code: 'card_declined' } } } },
    ]);
  });

  it('is not owed yet while the item is to be tried again', async () => {
    const { run } = prepare(eventsOf(1, { callback }), () => {
      throw new Error('not now');
    });

    expect(await run()).toMatchObject({ again: [{ offset: 0 }], deliveries: [] });
  });
});

/** What one call gives reaches the next through the history. */
function asRecorded(works: readonly ItemRun[]): readonly ItemRun[] {
  return JSON.parse(JSON.stringify(works)) as readonly ItemRun[];
}
