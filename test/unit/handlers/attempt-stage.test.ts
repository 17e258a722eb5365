import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { beginAttempt, reportProgress } from '../../../domain/event-run.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { attemptStage } from '../../../handlers/attempt-stage.ts';
import type { AttemptSurroundings } from '../../../handlers/attempt-stage.ts';
import { Stopped } from '../../../handlers/stopped.ts';
import { noServices } from '../../support/handler-services.ts';
import { createOpenEmitter } from '../../../handlers/create-open-emitter.ts';
import type { Handler } from './advance-samples.ts';
import { runOf, stagedType, typeWith } from './advance-samples.ts';

const half = { step: 'load', percent: 50, message: 'half' };
const ignore = (): void => undefined;

async function attempt(definition: EventDefinition, stage = 'action', run = runOf(definition), fields: Partial<AttemptSurroundings> = {}) {
  const resolve = (type: string): EventDefinition | undefined => (type === definition.type ? definition : undefined);
  const signal = new AbortController().signal;
  const timeoutMs = run.event.plan.timeoutsMs[stage] ?? 0;
  const surroundings = { state: null, isShared: false, timeoutMs, signal, log: ignore, heartbeat: ignore, ...fields };
  const openEmitter = createOpenEmitter(async () => []);
  return (await attemptStage({ resolve, services: noServices, openEmitter }, run, stage, surroundings)).value;
}

afterEach(() => vi.useRealTimers());

describe('the context of a handler', () => {
  it('says which attempt of this stage it is', async () => {
    const definition = typeWith((_event, context) => context.attempt);
    const accepted = runOf(definition);
    const third = ['meaning', 'action', 'action', 'action'].reduce(beginAttempt, accepted);

    expect(await attempt(definition, 'action', third)).toBe(3);
    expect(await attempt(definition, 'action', accepted)).toBe(1);
  });

  it('has a key that stays the same for every attempt, and differs by event, run and stage', async () => {
    const definition = stagedType((_name, _event, _before, { idempotencyKey }) => idempotencyKey);
    const run = runOf(definition, { tenant: 'acme', run: 2 });
    const item = runOf(definition, { id: 'night_1', batchId: 'night' });

    expect(await attempt(definition, 'action', run)).toBe('acme/order-1/2/action');
    expect(await attempt(definition, 'action', beginAttempt(beginAttempt(run, 'action'), 'action'))).toBe('acme/order-1/2/action');
    expect(await attempt(definition, 'meaning', run)).toBe('acme/order-1/2/meaning');
    expect(await attempt(definition, 'meaning', item)).toBe('night~batch.item.1/1/meaning');
  });

  it('has what the attempt before it has said last, and not what it says itself', async () => {
    const seen: unknown[] = [];
    const definition = typeWith((_event, context) => {
      seen.push(context.lastProgress);
      context.heartbeat(half);
      seen.push(context.lastProgress);
    });
    const run = runOf(definition);
    const again = { step: 'load', percent: 10, message: 'again' };

    await attempt(definition, 'action', run);
    await attempt(definition, 'action', reportProgress(reportProgress(run, half), again));

    expect(seen).toEqual([null, null, again, again]);
  });

  it('has its signal in a copy, too', async () => {
    const definition = typeWith((_event, context) => {
      const { signal, attempt: number } = { ...context };
      return [signal.aborted, signal === context.signal, number];
    });

    expect(await attempt(definition)).toEqual([false, true, 1]);
  });

  it('has the state of the subject, the services, a log and a way to say how far it is', async () => {
    const heartbeat = vi.fn();
    const logged: unknown[] = [];
    const definition = typeWith((_event, context) => {
      context.log.info('priced', { orderId: 'A-1' });
      context.log.warn('slow', { orderId: 'A-2' });
      context.log.error('lost');
      context.heartbeat(half);
      return [context.state, context.dataDirectory];
    });

    const log: AttemptSurroundings['log'] = (...line) => logged.push(line);
    expect(await attempt(definition, 'action', runOf(definition), { state: { sum: 1 }, heartbeat, log })).toEqual([
      { sum: 1 },
      noServices.dataDirectory,
    ]);
    expect(heartbeat).toHaveBeenCalledExactlyOnceWith(half);
    expect(logged).toEqual([
      ['info', 'priced', { orderId: 'A-1' }],
      ['warn', 'slow', { orderId: 'A-2' }],
      ['error', 'lost', undefined],
    ]);
  });

  it('has a signal that stays quiet while all is well', async () => {
    const signals: AbortSignal[] = [];
    const stop = new AbortController();
    const definition = typeWith(async (_event, { signal }) => {
      await Promise.resolve();
      return signals.push(signal);
    });

    await attempt(definition, 'action', runOf(definition), { signal: stop.signal });
    stop.abort(new Stopped('cancelled'));

    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

describe('an attempt', () => {
  it('gives the event and what the stage before it gave', async () => {
    const definition = stagedType((name, { data }, before) => [name, data, before]);
    const run = { ...runOf(definition), results: { meaning: 'm', decision: 'd' } };

    expect(await attempt(definition, 'meaning', run)).toEqual(['meaning', { amount: 3 }, null]);
    expect(await attempt(definition, 'decision', run)).toEqual(['decision', { amount: 3 }, 'm']);
    expect(await attempt(definition, 'action', run)).toEqual(['action', { amount: 3 }, 'd']);
  });

  it('is made by the definition that stands for its type', async () => {
    const stand = defineEvent({ type: 'unknown', data: z.unknown(), tier: 'normal', handler: ({ type }) => `handled ${type}` });
    const run = runOf(stand, { type: 'order.shipped' });

    expect(await attempt(stand, 'action', { ...run, event: { ...run.event, plan: { ...run.event.plan, definition: 'unknown' } } })).toBe(
      'handled order.shipped',
    );
    await expect(attempt(stand, 'action', run)).rejects.toThrow('this worker has no event type "order.shipped"');
  });

  it('gives null for a handler that returns nothing', async () => {
    expect(await attempt(typeWith(() => undefined))).toBeNull();
    expect(await attempt(typeWith(async () => undefined))).toBeNull();
  });

  it('keeps a result of 64 KiB, and fails for good by a larger one', async () => {
    const large = (length: number) => attempt(typeWith(() => 'x'.repeat(length)));

    expect(await large(64 * 1024 - 2)).toHaveLength(64 * 1024 - 2);
    await expect(large(64 * 1024 - 1)).rejects.toMatchObject({ code: 'result_too_large' });
  });

  it.each([
    [true, 'at most 4096'],
    [false, 'at most 65536'],
  ])('of a type whose events may share a workflow (%s) keeps a result of as many bytes alone: %s', async (coalesce, most) => {
    await expect(attempt(typeWith(() => 'x'.repeat(70_000), { coalesce }))).rejects.toThrow(most);
  });

  it('fails for good by a result that is not JSON', async () => {
    await expect(attempt(typeWith(() => ({ total: 1n })))).rejects.toMatchObject({ code: 'result_not_json' });
  });

  it('ends at the timeout of its event’s plan, and aborts the handler', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const signals: AbortSignal[] = [];
    const definition = typeWith((_event, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    const run = runOf(definition);
    const ended = vi.fn();

    const slow = { ...run, event: { ...run.event, plan: { ...run.event.plan, timeoutsMs: { action: 2_500 } } } };
    const attempting = attempt(definition, 'action', slow).catch(ended);
    await vi.advanceTimersByTimeAsync(2_499);
    expect([ended.mock.calls.length, signals[0]?.aborted]).toEqual([0, false]);
    await vi.advanceTimersByTimeAsync(1);
    await attempting;

    expect(ended).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'not done within 2500 ms' }));
    expect(signals[0]?.aborted).toBe(true);
  });

  it.each<[string, Handler]>([
    ['stops', (_event, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))],
    ['never listens', () => new Promise(() => undefined)],
    [
      'makes an error of its own of it',
      (_event, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    ],
  ])('ends by what it was told when its handler %s', async (_how, handler) => {
    const stop = new AbortController();
    const reason = new Stopped('shutdown');
    const definition = typeWith(handler);

    const attempting = attempt(definition, 'action', runOf(definition), { signal: stop.signal });
    stop.abort(reason);

    await expect(attempting).rejects.toBe(reason);
  });
});

it('calls what cleans up after an event, where its type has that', async () => {
  const cleaned = defineEvent({
    type: 'sample',
    data: z.unknown(),
    tier: 'normal',
    handler: () => null,
    onCancel: (_event, { results, signal, idempotencyKey }) => [results, signal.aborted, idempotencyKey],
  });

  expect(await attempt(cleaned, 'onCancel', { ...runOf(cleaned), results: { action: 1 } })).toEqual([
    { action: 1 },
    false,
    'order-1/1/onCancel',
  ]);
  await expect(
    attempt(
      typeWith(() => null),
      'onCancel',
    ),
  ).rejects.toThrow('this worker has no event type "sample" with a stage "onCancel"');
});
