import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { noServices } from '../../support/handler-services.ts';
import { createRunStage } from '../../../activities/run-stage.ts';
import { currentSurroundings } from '../../../activities/surroundings.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import type { StageOutcome } from '../../../domain/activities.ts';
import type { StageFailure } from '../../../domain/event-error.ts';
import type { EventDefinition, HandlerContext } from '../../../domain/define-event.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { acceptRun, beginAttempt } from '../../../domain/event-run.ts';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';
import type { Stage } from '../../../domain/stage.ts';
import { acceptedEvent, lightPlan, NOON_MS } from '../domain/event-samples.ts';

const workflow = { id: 'acme/order-1', runId: 'run-a' };
const half = { step: 'load', percent: 50, message: 'half' };

type Handler = (context: HandlerContext, data: unknown) => unknown;

/** A type whose only stage does this. */
function typeWith(handler: Handler): EventDefinition {
  return defineEvent({ type: 'sample', data: z.unknown(), tier: 'normal', handler: ({ data }, context) => handler(context, data) });
}

const threeStages = defineEvent({
  type: 'sample',
  data: z.unknown(),
  tier: 'normal',
  meaning: () => 'm',
  decision: (_event, meaning) => [meaning, 'd'],
  action: (_event, decision) => [decision, 'a'],
});

/** One activity's surroundings, and what can be seen of it from there. */
function prepare(definition: EventDefinition, fields: Partial<AcceptedEvent> = {}) {
  const observed: EventRun[] = [];
  const heartbeats: unknown[] = [];
  /** Progress messages, and null for their end. */
  const told: (EventRun | null)[] = [];
  const logged: string[] = [];
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) => logged.push(`${level} ${message} ${meta?.['orderId']}`));
  const env = new MockActivityEnvironment(undefined, { logger });
  env.on('heartbeat', (details) => heartbeats.push(details));
  const runStage = createRunStage({
    resolve: (type) => (type === definition.type ? definition : undefined),
    observe: (run, of) => {
      expect(of).toBe(workflow);
      observed.push(run);
    },
    beginProgress: () => ({ tell: (run) => told.push(run), end: async () => void told.push(null) }),
    now: Date.now,
    services: noServices,
  });
  const plan = { ...lightPlan, stages: definition.stages, timeoutsMs: definition.timeoutsMs };
  const accepted = acceptRun(acceptedEvent({ run: 2, plan, ...fields }));
  return {
    env,
    observed,
    heartbeats,
    told,
    logged,
    accepted,
    attempt: (stage: Stage = 'action', run: EventRun = beginAttempt(accepted, stage)): Promise<StageOutcome> =>
      env.run(() => runStage({ run, stage, workflow }, currentSurroundings())),
  };
}

/** Runs an attempt that has to fail, and gives what it told the workflow. */
async function failureOf(attempt: Promise<unknown>): Promise<StageFailure> {
  const error = await errorOf(attempt);
  expect(error).toBeInstanceOf(ApplicationFailure);
  return (error as ApplicationFailure).details?.[0] as StageFailure;
}

async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => expect.fail('the attempt succeeded'),
    (error: unknown) => error,
  );
}

function untilAborted({ signal }: HandlerContext): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('an attempt that succeeds', () => {
  it('gives the result, and when it began and ended', async () => {
    const { attempt } = prepare(
      typeWith(async (_context, data) => {
        await vi.advanceTimersByTimeAsync(30);
        return { got: data };
      }),
    );

    expect(await attempt()).toEqual({ value: { got: { amount: 3 } }, startedAtMs: NOON_MS, endedAtMs: NOON_MS + 30 });
  });

  it('gives null for a handler that returns nothing', async () => {
    const { attempt, observed } = prepare(typeWith(() => undefined));

    expect(await attempt()).toMatchObject({ value: null });
    expect(observed.at(-1)?.results).toEqual({ action: null });
  });

  it('hands each stage the result of the one before', async () => {
    const { attempt, accepted } = prepare(threeStages);

    const meaning = await attempt('meaning');
    const decision = await attempt('decision', { ...accepted, results: { meaning: meaning.value } });
    const action = await attempt('action', { ...accepted, results: { meaning: meaning.value, decision: decision.value } });

    expect(action.value).toEqual([['m', 'd'], 'a']);
  });

  it('tells of its start, its progress and its end in this order, all before it returns', async () => {
    const { attempt, observed } = prepare(
      typeWith(({ heartbeat }) => {
        heartbeat(half);
        heartbeat({ ...half, percent: 20, message: 'again' });
        return 'done';
      }),
    );

    const seenAtReturn = await attempt().then(() => [...observed]);

    expect(
      seenAtReturn.map(({ phase, startedAtMs, progress, results }) => [phase.status, startedAtMs, progress?.percent, results]),
    ).toEqual([
      ['running', NOON_MS, undefined, {}],
      ['running', NOON_MS, 50, {}],
      ['running', NOON_MS, 50, {}],
      ['completed', NOON_MS, 50, { action: 'done' }],
    ]);
    expect(seenAtReturn.at(-1)?.phase).toEqual({ status: 'completed', endedAtMs: NOON_MS });
  });

  it('is the end of the event only where no stage is left', async () => {
    const { attempt, observed } = prepare(threeStages);

    await attempt('meaning');

    expect(observed.at(-1)).toMatchObject({ phase: { status: 'running', stage: 'meaning' }, results: { meaning: 'm' } });
  });

  it("keeps the first stage's start as the event's", async () => {
    const { attempt, observed, accepted } = prepare(threeStages);

    await attempt('decision', { ...accepted, startedAtMs: 5, results: { meaning: 'm' } });

    expect(observed.map(({ startedAtMs }) => startedAtMs)).toEqual([5, 5]);
  });
});

describe('the context of a handler', () => {
  it('says which attempt of this stage it is', async () => {
    const { attempt, accepted } = prepare(typeWith((context) => context.attempt));
    const third = beginAttempt(beginAttempt(beginAttempt(beginAttempt(accepted, 'meaning'), 'action'), 'action'), 'action');

    expect((await attempt('action', third)).value).toBe(3);
    expect((await attempt('action', accepted)).value).toBe(1);
  });

  it('has a key that stays the same for every attempt, and differs by event, run and stage', async () => {
    const keys = defineEvent({
      type: 'sample',
      data: z.unknown(),
      tier: 'normal',
      meaning: (_event, { idempotencyKey }) => idempotencyKey,
      action: (_event, _decision, { idempotencyKey }) => idempotencyKey,
    });
    const { attempt, accepted } = prepare(keys, { tenant: 'acme' });
    const second = beginAttempt(beginAttempt(accepted, 'action'), 'action');

    expect((await attempt('action')).value).toBe('acme/order-1/2/action');
    expect((await attempt('action', second)).value).toBe('acme/order-1/2/action');
    expect((await attempt('meaning')).value).toBe('acme/order-1/2/meaning');
  });

  it("writes to the activity's log", async () => {
    const { attempt, logged } = prepare(
      typeWith(({ log }) => {
        log.info('priced', { orderId: 'A-1' });
        log.warn('slow', { orderId: 'A-2' });
        log.error('lost', { orderId: 'A-3' });
      }),
    );

    await attempt();

    expect(logged).toEqual(['INFO priced A-1', 'WARN slow A-2', 'ERROR lost A-3']);
  });

  it('has a signal that stays quiet while all is well', async () => {
    const { attempt } = prepare(typeWith(({ signal }) => signal.aborted));

    expect((await attempt()).value).toBe(false);
  });
});

describe('progress messages', () => {
  it('are told of each progress, and ended with the attempt, whose outcome has the last', async () => {
    const { attempt, told } = prepare(typeWith(({ heartbeat }) => heartbeat(half)));

    expect((await attempt()).progress).toEqual(half);
    expect(told.map((run) => run?.progress)).toEqual([half, undefined]);
  });

  it('are ended with an attempt that fails, whose failure has the last', async () => {
    const { attempt, told } = prepare(
      typeWith(({ heartbeat }) => {
        heartbeat(half);
        throw new Error('no more');
      }),
    );

    expect((await failureOf(attempt())).progress).toEqual(half);
    expect(told.at(-1)).toBeNull();
  });
});

describe('heartbeats', () => {
  it('carry what the handler reports, at once', async () => {
    const { attempt, heartbeats } = prepare(typeWith(({ heartbeat }) => heartbeat(half)));

    await attempt();

    expect(heartbeats).toEqual([half]);
  });

  it('go on by themselves every second, with the progress of last', async () => {
    const { attempt, heartbeats } = prepare(
      typeWith(async ({ heartbeat }) => {
        await vi.advanceTimersByTimeAsync(1_500);
        heartbeat(half);
        await vi.advanceTimersByTimeAsync(1_500);
      }),
    );

    await attempt();

    expect(heartbeats).toEqual([null, half, half, half]);
  });

  it.each<[string, Handler]>([
    ['succeeded', () => 'done'],
    ['failed', () => Promise.reject(new Error('broken'))],
  ])('stop once the attempt has %s', async (_how, handler) => {
    const { attempt, heartbeats } = prepare(typeWith(handler));

    await attempt().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(heartbeats).toEqual([]);
  });

  it.each<[string, Handler]>([
    ['returned', () => 'done'],
    ['failed', () => Promise.reject(new Error('broken'))],
    ['run out of time', untilAborted],
  ])('count no more when a handler reports after it has %s', async (_how, handler) => {
    const contexts: HandlerContext[] = [];
    const { attempt, heartbeats, observed } = prepare(
      typeWith((context, data) => {
        contexts.push(context);
        return handler(context, data);
      }),
    );
    const ended = attempt().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    await ended;
    const before = { observed: observed.length, heartbeats: heartbeats.length };

    contexts[0]?.heartbeat(half);

    expect({ observed: observed.length, heartbeats: heartbeats.length }).toEqual(before);
  });
});

describe('an attempt that fails', () => {
  it.each<[string, Handler, Partial<StageFailure['error']>]>([
    ['an error', () => Promise.reject(new Error('broken')), { code: 'handler_failed', message: 'broken', retryable: true }],
    ['no error', () => Promise.reject('broken'), { code: 'handler_failed', message: 'broken', retryable: true }],
    [
      'a PermanentError',
      () => Promise.reject(new PermanentError('card_declined', 'no money')),
      { code: 'card_declined', message: 'no money', retryable: false },
    ],
    [
      'a RetryLaterError',
      () => Promise.reject(new RetryLaterError(500)),
      { code: 'retry_later', message: 'not now, again in 500 ms', retryable: true },
    ],
    ['a long message', () => Promise.reject(new Error('x'.repeat(5_000))), { message: 'x'.repeat(1_000) }],
  ])('by %s says so', async (_what, handler, error) => {
    const { attempt } = prepare(typeWith(handler));

    const failure = await failureOf(attempt());

    expect(failure.error).toMatchObject({ stage: 'action', ...error });
    expect(failure).toMatchObject({ retryable: failure.error.retryable, lost: false, startedAtMs: NOON_MS, endedAtMs: NOON_MS });
  });

  it('passes on how long its handler wants to wait', async () => {
    const { attempt } = prepare(typeWith(() => Promise.reject(new RetryLaterError(500))));

    expect(await failureOf(attempt())).toMatchObject({ retryAfterMs: 500 });
  });

  it('tells of no end: whether it is one, the workflow decides', async () => {
    const { attempt, observed } = prepare(typeWith(() => Promise.reject(new PermanentError('card_declined', 'no money'))));

    await errorOf(attempt());

    expect(observed.map(({ phase }) => phase.status)).toEqual(['running']);
  });

  it('is tried again later, and counts as lost, where the type is not known', async () => {
    const { attempt } = prepare(
      typeWith(() => 'done'),
      { type: 'gone' },
    );

    expect(await failureOf(attempt())).toMatchObject({
      error: { code: 'unknown_type', message: 'this worker has no event type "gone"', stage: 'action', retryable: true },
      lost: true,
      retryAfterMs: 30_000,
    });
  });

  it('keeps a result of 64 KiB, and fails for good by a larger one', async () => {
    const { attempt, observed } = prepare(
      typeWith((_context, data) => 'x'.repeat(Number(data))),
      { data: 64 * 1024 - 1 },
    );
    const fitting = prepare(
      typeWith((_context, data) => 'x'.repeat(Number(data))),
      { data: 64 * 1024 - 2 },
    );

    expect((await fitting.attempt()).value).toHaveLength(64 * 1024 - 2);
    expect((await failureOf(attempt())).error).toMatchObject({ code: 'result_too_large', retryable: false });
    expect(observed.at(-1)?.results).toEqual({});
  });

  it('fails for good by a result that is not JSON', async () => {
    const { attempt } = prepare(typeWith(() => ({ total: 1n })));

    expect((await failureOf(attempt())).error).toMatchObject({ code: 'result_not_json', retryable: false });
  });
});

describe('an attempt that is cut off', () => {
  it("fails by the timeout of its event's plan, and aborts the handler", async () => {
    const signals: AbortSignal[] = [];
    const { attempt } = prepare(
      typeWith((context) => {
        signals.push(context.signal);
        return untilAborted(context);
      }),
      { plan: { ...lightPlan, stages: ['action'], timeoutsMs: { meaning: 1, decision: 1, action: 2_500 } } },
    );

    const failure = failureOf(attempt());
    await vi.advanceTimersByTimeAsync(2_499);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(await failure).toMatchObject({
      error: { code: 'timeout', message: 'not done within 2500 ms', retryable: true },
      lost: false,
      endedAtMs: NOON_MS + 2_500,
    });
    expect(signals[0]?.aborted).toBe(true);
  });

  it('fails by its timeout though the handler never listens', async () => {
    const { attempt } = prepare(typeWith(() => new Promise(() => undefined)));

    const failure = failureOf(attempt());
    await vi.advanceTimersByTimeAsync(10_000);

    expect((await failure).error.code).toBe('timeout');
  });

  it.each<[string, Handler]>([
    ['stops', untilAborted],
    ['never listens', () => new Promise(() => undefined)],
    ['makes an error of its own of it', (context) => untilAborted(context).catch(() => Promise.reject(new Error('stopped')))],
  ])('stays a cancellation when its handler %s', async (_how, handler) => {
    const { attempt, env } = prepare(typeWith(handler));

    const error = errorOf(attempt());
    env.cancel('CANCELLED');

    expect(await error).toBeInstanceOf(CancelledFailure);
  });

  it('is lost when its worker shuts down, and uses up none of its attempts', async () => {
    const { attempt, env } = prepare(typeWith(untilAborted));

    const failure = failureOf(attempt());
    env.cancel('WORKER_SHUTDOWN');

    expect(await failure).toMatchObject({ error: { code: 'worker_lost', retryable: true }, retryable: true, lost: true });
  });

  it('lets nothing escape when its handler fails after all', async () => {
    const escaped = vi.fn();
    process.on('unhandledRejection', escaped);
    onTestFinished(() => void process.off('unhandledRejection', escaped));
    const { attempt } = prepare(
      typeWith(async () => {
        await vi.advanceTimersByTimeAsync(10_000);
        throw new Error('too late');
      }),
    );

    expect((await failureOf(attempt())).error.code).toBe('timeout');
    await new Promise(setImmediate);

    expect(escaped).not.toHaveBeenCalled();
  });
});
