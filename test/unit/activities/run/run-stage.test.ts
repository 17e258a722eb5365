import { ApplicationFailure, CancelledFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRunStage } from '../../../../activities/run/run-stage.ts';
import { currentSurroundings } from '../../../../activities/surroundings.ts';
import type { AcceptedEvent } from '../../../../domain/accepted-event.ts';
import type { RunStageInput } from '../../../../temporal/durable/activities.ts';
import type { EventDefinition, HandlerContext } from '../../../../domain/define-event.ts';
import { beginAttempt } from '../../../../domain/event-run.ts';
import type { EventRun } from '../../../../domain/event-run.ts';
import { PermanentError, RetryLaterError } from '../../../../domain/handler-errors.ts';
import type { RunOutcome } from '../../../../domain/run-outcome.ts';
import type { Advance } from '../../../../handlers/advance.ts';
import { createClonedAdvance } from '../../../support/cloned-advance.ts';
import { NOON_MS } from '../../domain/event-samples.ts';
import type { Handler } from '../../handlers/advance-samples.ts';
import { runOf, stagedType, typeWith } from '../../handlers/advance-samples.ts';

const workflow = { id: 'acme/order-1', runId: 'run-a' };
const half = { step: 'load', percent: 50, message: 'half' };

/** One activity's surroundings, and what can be seen of it from there. */
function prepare(definition: EventDefinition, fields: Partial<AcceptedEvent> = {}, advance?: Advance) {
  const observed: EventRun[] = [];
  const heartbeats: unknown[] = [];
  /** Progress messages, and null for their end. */
  const told: (EventRun | null)[] = [];
  const logged: string[] = [];
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) =>
    logged.push(`${level} ${message} ${JSON.stringify(meta?.['fields'])} ${meta?.['attempt']}`),
  );
  const env = new MockActivityEnvironment(undefined, { logger });
  env.on('heartbeat', (details) => heartbeats.push(details));
  const runStage = createRunStage({
    advance: advance ?? createClonedAdvance({ find: (type) => (type === definition.type ? definition : undefined) }),
    log: logger,
    observe: (run, of) => {
      expect(of).toBe(workflow);
      observed.push(run);
    },
    beginProgress: () => ({ tell: (run) => told.push(run), end: async () => void told.push(null) }),
    now: Date.now,
  });
  const accepted = runOf(definition, fields);
  return {
    env,
    observed,
    heartbeats,
    told,
    logged,
    accepted,
    attempt: (run: EventRun = accepted, input: Partial<RunStageInput> = {}): Promise<RunOutcome> =>
      env.run(() => runStage({ run, workflow, ...input }, currentSurroundings())),
  };
}

async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => expect.fail('the attempt succeeded'),
    (error: unknown) => error,
  );
}

/** Runs an attempt that has to fail, and gives what it told the workflow. */
async function failureOf(attempt: Promise<unknown>): Promise<ApplicationFailure & { readonly outcome: RunOutcome }> {
  const error = await errorOf(attempt);
  if (!(error instanceof ApplicationFailure)) throw new Error('it is no ApplicationFailure', { cause: error });
  expect(error.details).toHaveLength(1);
  return Object.assign(error, { outcome: error.details?.[0] as RunOutcome });
}

/** As it goes to the engine. */
function encode(failure: ApplicationFailure): Uint8Array {
  return temporal.api.failure.v1.Failure.encode(defaultFailureConverter.errorToFailure(failure, defaultPayloadConverter)).finish();
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
  it('gives the run as it stands, with its result, and when it began and ended', async () => {
    const { attempt } = prepare(
      typeWith(async ({ data }) => {
        await vi.advanceTimersByTimeAsync(30);
        return { got: data };
      }),
    );

    expect(await attempt()).toEqual({
      phase: { status: 'completed', endedAtMs: NOON_MS + 30 },
      startedAtMs: NOON_MS,
      attempts: { action: 1 },
      results: { action: { got: { amount: 3 } } },
      progress: null,
      failures: { failed: 0, lost: 0 },
      times: [{ stage: 'action', fromMs: 0, forMs: 30 }],
    });
  });

  it('is of the next stage alone, and the end of the event only where no stage is left', async () => {
    const { attempt, accepted, observed } = prepare(stagedType((name, _event, before) => [before, name]));

    expect(await attempt()).toMatchObject({ phase: { status: 'running', stage: 'meaning' }, results: { meaning: [null, 'meaning'] } });
    const before = { ...accepted, startedAtMs: 5, results: { meaning: 'm', decision: 'd' } };
    expect(await attempt(before)).toMatchObject({ phase: { status: 'completed' }, results: { action: ['d', 'action'] } });
    expect(observed.map(({ startedAtMs }) => startedAtMs)).toEqual([NOON_MS, NOON_MS, NOON_MS, 5, 5, 5]);
  });

  it('tells of its start, its progress and its end in this order, all before it returns', async () => {
    const { attempt, observed } = prepare(
      typeWith((_event, { heartbeat }) => {
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
      ['completed', NOON_MS, 50, { action: 'done' }],
    ]);
  });

  it('writes to the log, with the attempt that it is of', async () => {
    const { attempt, logged } = prepare(
      typeWith((_event, { log }) => {
        log.info('priced', { orderId: 'A-1' });
        log.warn('slow', { orderId: 'A-2' });
        log.error('lost', { orderId: 'A-3' });
      }),
    );

    await attempt();

    expect(logged).toEqual(['INFO priced {"orderId":"A-1"} 1', 'WARN slow {"orderId":"A-2"} 1', 'ERROR lost {"orderId":"A-3"} 1']);
  });

  it('keeps a result of 64 KiB', async () => {
    const { attempt } = prepare(typeWith(({ data }) => 'x'.repeat(Number(data))));
    const large = (data: number) =>
      attempt(
        runOf(
          typeWith(() => null),
          { data },
        ),
      );

    expect((await large(64 * 1024 - 2)).results['action']).toHaveLength(64 * 1024 - 2);
    expect(await failureOf(large(64 * 1024 - 1))).toMatchObject({ type: 'result_too_large' });
  });
});

describe('progress messages', () => {
  it('are told of each progress, and ended with the attempt, whose outcome has the last', async () => {
    const { attempt, told } = prepare(typeWith((_event, { heartbeat }) => heartbeat(half)));

    expect((await attempt()).progress).toEqual(half);
    expect(told.map((run) => run?.progress)).toEqual([half, undefined]);
  });

  it('are ended with an attempt that fails, whose outcome has the last', async () => {
    const { attempt, told } = prepare(
      typeWith((_event, { heartbeat }) => {
        heartbeat(half);
        throw new Error('no more');
      }),
    );

    expect((await failureOf(attempt())).outcome.progress).toEqual(half);
    expect(told.at(-1)).toBeNull();
  });
});

describe('heartbeats', () => {
  it('carry what the handler reports, at once', async () => {
    const { attempt, heartbeats } = prepare(typeWith((_event, { heartbeat }) => heartbeat(half)));

    await attempt();

    expect(heartbeats).toEqual([half]);
  });

  it('go on by themselves every second, with the progress of last', async () => {
    const { attempt, heartbeats } = prepare(
      typeWith(async (_event, { heartbeat }) => {
        await vi.advanceTimersByTimeAsync(1_500);
        heartbeat(half);
        await vi.advanceTimersByTimeAsync(1_500);
      }),
    );

    await attempt();

    expect(heartbeats).toEqual([null, half, half, half]);
  });

  it('begin with the progress of the attempt before', async () => {
    const { attempt, heartbeats, accepted } = prepare(typeWith(() => vi.advanceTimersByTimeAsync(1_000)));

    await attempt({ ...accepted, progress: half });

    expect(heartbeats).toEqual([half]);
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
    ['run out of time', (_event, context) => untilAborted(context)],
  ])('count no more when a handler reports after it has %s', async (_how, handler) => {
    const contexts: HandlerContext[] = [];
    const { attempt, heartbeats, observed, told } = prepare(
      typeWith((event, context) => {
        contexts.push(context);
        return handler(event, context);
      }),
    );
    const ended = attempt().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    await ended;
    const counts = (): readonly number[] => [observed.length, heartbeats.length, told.length];
    const before = counts();

    contexts[0]?.heartbeat(half);

    expect(counts()).toEqual(before);
  });
});

describe('an attempt that fails', () => {
  it.each<[string, unknown, string, string]>([
    ['an error', new Error('broken'), 'handler_failed', 'broken'],
    ['no error', 'broken', 'handler_failed', 'broken'],
    ['a PermanentError', new PermanentError('card_declined', 'no money'), 'card_declined', 'no money'],
    ['a RetryLaterError', new RetryLaterError(500), 'retry_later', 'not now, again in 500 ms'],
    ['a long message', new Error('x'.repeat(5_000)), 'handler_failed', 'x'.repeat(1_000)],
  ])('by %s says so to the engine, which is to try nothing itself, and to the workflow', async (_what, thrown, code, message) => {
    const { attempt } = prepare(typeWith(() => Promise.reject(thrown)));

    const failure = await failureOf(attempt());

    expect(failure).toMatchObject({ type: code, message, nonRetryable: true });
    const error = { code, message, stage: 'action', retryable: code !== 'card_declined' };
    const forMs = code === 'retry_later' ? 500 : 100;
    expect(failure.outcome).toEqual({
      phase:
        code === 'card_declined'
          ? { status: 'failed', endedAtMs: NOON_MS, error }
          : { status: 'waiting', stage: 'action', waiting: { reason: 'retry', untilMs: NOON_MS + forMs, forMs, lastError: error } },
      startedAtMs: NOON_MS,
      attempts: { action: 1 },
      results: {},
      progress: null,
      failures: { failed: 1, lost: 0 },
      times: [{ stage: 'action', fromMs: 0, forMs: 0, error: code }],
    });
  });

  it('keeps for people where its error came from, and what caused it', async () => {
    const { attempt } = prepare(typeWith(() => Promise.reject(new TypeError('fetch failed', { cause: new Error('refused') }))));

    const { cause } = await failureOf(attempt());

    expect(cause).toBeInstanceOf(Error);
    expect(cause).toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: { name: 'Error', message: 'refused' } });
    expect(cause?.stack).toContain('run-stage.test.ts');
    expect((await failureOf(prepare(typeWith(() => Promise.reject('broken'))).attempt())).cause).toBeUndefined();
  });

  it('stays small whatever was thrown', async () => {
    const page = 'x'.repeat(1_000_000);
    const chain = new Error(page, { cause: new Error(page, { cause: new Error(page, { cause: new Error(page) }) }) });

    for (const thrown of [page, chain, new PermanentError('too_long', page)]) {
      const failure = await failureOf(prepare(typeWith(() => Promise.reject(thrown))).attempt());
      expect(encode(failure).length).toBeLessThan(64 * 1024);
    }
  });

  it('gives the engine valid text when a message is cut in the middle of a character', async () => {
    const { attempt } = prepare(typeWith(() => Promise.reject(new Error(`${'x'.repeat(999)}🎈`))));

    const failure = temporal.api.failure.v1.Failure.decode(encode(await failureOf(attempt())));

    expect([failure.message, failure.cause?.message]).toEqual([`${'x'.repeat(999)}�`, `${'x'.repeat(999)}�`]);
  });

  it('shows that it has, of which its run’s end is not to be told before it is recorded', async () => {
    const { attempt, observed } = prepare(
      typeWith(() => Promise.reject(new PermanentError('card_declined', 'no money')), { weight: 'heavy' }),
    );

    await errorOf(attempt());

    expect(observed.map(({ phase, event }) => [phase.status, event.plan.respondAfterRecord])).toEqual([
      ['running', true],
      ['failed', true],
      ['failed', true],
    ]);
  });

  it('is tried again later, and counts as lost, where the type is not known', async () => {
    const { attempt } = prepare(
      typeWith(() => 'done'),
      { type: 'gone' },
    );

    const { outcome } = await failureOf(attempt());

    expect(outcome).toMatchObject({ phase: { waiting: { untilMs: NOON_MS + 30_000, lastError: { code: 'unknown_type' } } } });
    expect(outcome.failures).toEqual({ failed: 0, lost: 1 });
  });

  it('by its timeout aborts the handler', async () => {
    const signals: AbortSignal[] = [];
    const { attempt } = prepare(
      typeWith((_event, context) => {
        signals.push(context.signal);
        return untilAborted(context);
      }),
    );

    const failure = failureOf(attempt());
    await vi.advanceTimersByTimeAsync(9_999);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);

    expect(await failure).toMatchObject({ type: 'timeout', message: 'not done within 10000 ms' });
    expect(signals[0]?.aborted).toBe(true);
  });
});

describe('an attempt whose run was reset', () => {
  it('asks for its permits again: no handler is called, and no attempt of the handler’s is used up', async () => {
    const handler = vi.fn();
    const { attempt, accepted, told } = prepare(typeWith(handler));

    const { outcome } = await failureOf(attempt(accepted, { permitRunId: 'run-before' }));

    expect(handler).not.toHaveBeenCalled();
    expect(outcome).toMatchObject({
      phase: { status: 'waiting', stage: 'action', waiting: { untilMs: NOON_MS, lastError: { code: 'permit_lost' } } },
      attempts: { action: 1 },
      failures: { failed: 0, lost: 1 },
    });
    expect(told).toEqual([]);
  });

  it('is no other where its permits were granted to this very run', async () => {
    const { attempt, accepted } = prepare(typeWith(() => 'done'));

    expect(await attempt(accepted, { permitRunId: 'run-a' })).toMatchObject({ phase: { status: 'completed' } });
  });
});

describe('an attempt that is cut off', () => {
  it.each<[string, Handler]>([
    ['stops', (_event, context) => untilAborted(context)],
    ['never listens', () => new Promise(() => undefined)],
    ['makes an error of its own of it', (_event, context) => untilAborted(context).catch(() => Promise.reject(new Error('stopped')))],
  ])('stays a cancellation when its handler %s, and ends its messages', async (_how, handler) => {
    const { attempt, env, told } = prepare(typeWith(handler));

    const error = errorOf(attempt());
    env.cancel('CANCELLED');

    expect(await error).toBeInstanceOf(CancelledFailure);
    expect(told).toEqual([null]);
  });

  it('is lost when its worker shuts down, and uses up none of its attempts', async () => {
    const { attempt, env } = prepare(typeWith((_event, context) => untilAborted(context)));

    const failure = failureOf(attempt());
    env.cancel('WORKER_SHUTDOWN');

    expect((await failure).outcome).toMatchObject({
      phase: { status: 'waiting', waiting: { lastError: { code: 'worker_lost', retryable: true } } },
      failures: { failed: 0, lost: 1 },
    });
  });
});

describe('an attempt that comes to nothing', () => {
  const type = typeWith(() => 'done');

  it('by a fault of ours fails as it is, and ends its messages', async () => {
    const { attempt, told } = prepare(type, {}, () => Promise.reject(new Error('a bug')));

    await expect(attempt()).rejects.toThrow('a bug');
    expect(told).toEqual([null]);
  });

  it('says so', async () => {
    const { attempt, accepted } = prepare(type, {}, async () => ({ runs: [null], change: null }));

    await expect(attempt(beginAttempt(accepted, 'action'))).rejects.toThrow('the run of "acme/order-1" was not advanced');
  });
});
