import { createOpenEmitter } from '../../../handlers/create-open-emitter.ts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { EventDefinition } from '../../../domain/define-event.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';
import type { Middleware } from '../../../domain/middleware.ts';
import { attemptStage } from '../../../handlers/attempt-stage.ts';
import { frozenMiddleware } from '../../../handlers/frozen-middleware.ts';
import { StageTimeoutError } from '../../../handlers/with-timeout.ts';
import { noServices } from '../../support/handler-services.ts';
import { runOf, stagedType, typeWith } from './advance-samples.ts';

const ignore = (): void => undefined;
const openEmitter = createOpenEmitter(async () => []);

function attempt(definition: EventDefinition, use: readonly Middleware[] | undefined, stage = 'action', state: unknown = null) {
  const timeoutMs = definition.timeoutsMs[stage] ?? 0;
  const surroundings = { state, isShared: false, timeoutMs, signal: new AbortController().signal, log: ignore, heartbeat: ignore };
  const dependencies = { resolve: () => definition, services: noServices, openEmitter, ...(use && { use }) };
  return attemptStage(dependencies, runOf(definition), stage, surroundings).then(({ value }) => value);
}

it('runs around each stage, and is told which', async () => {
  const seen: unknown[] = [];
  const definition = stagedType((name, _event, _before, context) => [name, context.stage]);
  const use: Middleware[] = [
    async (event, context, next) => {
      seen.push([event.id, context.stage, context.attempt]);
      return next();
    },
  ];

  expect(await attempt(definition, use, 'meaning')).toEqual(['meaning', 'meaning']);
  expect(await attempt(definition, use)).toEqual(['action', 'action']);
  expect(seen).toEqual([
    ['order-1', 'meaning', 1],
    ['order-1', 'action', 1],
  ]);
});

it('has its value kept as a stage’s', async () => {
  const definition = typeWith(() => ({ price: 3 }));

  expect(await attempt(definition, [async (_event, _context, next) => ({ ...((await next()) as object), checked: true })])).toEqual({
    price: 3,
    checked: true,
  });
  await expect(attempt(definition, [() => 1n])).rejects.toMatchObject({ code: 'result_not_json' });
});

it.each([new PermanentError('not_allowed', 'no'), new RetryLaterError(5_000)])('may fail the attempt by %s', async (error) => {
  const handler = vi.fn();

  await expect(
    attempt(typeWith(handler), [
      () => {
        throw error;
      },
    ]),
  ).rejects.toBe(error);
  expect(handler).not.toHaveBeenCalled();
});

it('has the stage run inside of what it wraps', async () => {
  const storage = new AsyncLocalStorage<string>();
  const definition = typeWith(async () => storage.getStore());

  expect(await attempt(definition, [(event, _context, next) => storage.run(event.id, next)])).toBe('order-1');
});

it('is within the timeout of the stage', async () => {
  const definition = defineEvent({ type: 'sample', data: z.unknown(), tier: 'normal', timeouts: { action: 5 }, handler: () => 1 });

  await expect(attempt(definition, [() => new Promise(() => undefined)])).rejects.toThrow(StageTimeoutError);
});

describe('as a service calls it', () => {
  it.each<[string, Middleware]>([
    ['the event', (event) => Object.assign(event, { id: 'other' })],
    ['its data', ({ data }) => Object.assign((data as { list: object[] }).list[0] ?? {}, { amount: 4 })],
    ['the context', (_event, context) => Object.assign(context, { attempt: 2 })],
    ['the state', (_event, { state }) => Object.assign((state as { of: object }).of, { amount: 4 })],
  ])('it cannot change %s', async (_what, middleware) => {
    const state = { of: { amount: 3 } };
    const definition = typeWith(() => 'done');
    const run = runOf(definition, { data: { list: [{ amount: 3 }] } });
    const surroundings = {
      state,
      isShared: false,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      log: ignore,
      heartbeat: ignore,
    };
    const before = structuredClone(run);

    const attempted = attemptStage(
      { resolve: () => definition, services: noServices, openEmitter, use: frozenMiddleware([middleware]) },
      run,
      'action',
      surroundings,
    );

    await expect(attempted).rejects.toThrow(TypeError);
    expect(run).toEqual(before);
    expect(state).toEqual({ of: { amount: 3 } });
  });

  it('it sees all that a handler sees', async () => {
    const seen = vi.fn();
    const definition = typeWith((event, context) => {
      seen(structuredClone(event.data), context.signal.aborted, context.state, Object.keys(context));
    });
    const use = frozenMiddleware([
      async ({ data }, context, next) => {
        await next();
        seen(structuredClone(data), context.signal.aborted, context.state, Object.keys(context));
      },
    ]);

    await attempt(definition, use, 'action', { sum: [1] });

    expect(seen).toHaveBeenCalledTimes(2);
    expect(seen.mock.calls[0]).toEqual(seen.mock.calls[1]);
  });
});
