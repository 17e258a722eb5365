import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createBus } from '../../../bus/create-bus.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import type { HandledEvent } from '../../../domain/handled-event.ts';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';
import { on } from '../../../domain/on.ts';
import { busWithErrors, counted } from './bus-samples.ts';

afterEach(() => {
  vi.useRealTimers();
});

const priced = defineEvent({
  type: 'priced',
  data: z.object({ cents: z.int() }),
  tier: 'normal',
  meaning: ({ data }) => ({ isLarge: data.cents > 100 }),
  decision: (_event, { isLarge }) => {
    if (isLarge) throw new PermanentError('too_large', 'too large');
    return 'buy';
  },
  action: (_event, decision, { attempt, idempotencyKey, log }) => {
    log.info('buying');
    if (attempt === 1) throw new Error('not now');
    return { decision, attempt, idempotencyKey };
  },
});

it('runs a type’s own stages as the service does, and its handlers beside them', async () => {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const bus = createBus({ events: [priced], log });
  bus.on(priced, ({ data }) => data.cents, { name: 'own' });

  const results = await bus.emitAndWait(priced, { cents: 1 }, { id: 'e-1' });

  expect(results).toEqual([
    {
      handler: 'priced',
      status: 'fulfilled',
      value: { meaning: { isLarge: false }, decision: 'buy', action: { decision: 'buy', attempt: 2, idempotencyKey: 'e-1/1/action' } },
    },
    { handler: 'own', status: 'fulfilled', value: 1 },
  ]);
  expect(log.info).toHaveBeenLastCalledWith('buying', { event: 'e-1', type: 'priced', handler: 'priced' });
});

it('says with which code stages have failed', async () => {
  const { bus, errors } = busWithErrors();

  const [result] = await bus.emitAndWait(priced, { cents: 101 });

  expect(result).toMatchObject({
    status: 'rejected',
    reason: { name: 'BusError', code: 'too_large', message: 'too large', cause: { name: 'PermanentError' } },
  });
  expect(errors).toMatchObject([{ error: { code: 'too_large' }, failure: { type: 'priced', handler: 'priced' } }]);
});

it('tries handlers again as they say, and lets others have their place meanwhile', async () => {
  vi.useFakeTimers();
  const attempts: string[] = [];
  const fails = on(counted, 'fails', (_event, { attempt, idempotencyKey }) => {
    attempts.push(`${attempt} ${idempotencyKey}`);
    throw new Error('never');
  });
  const { bus } = busWithErrors({ handlers: [fails], concurrency: 1 });
  bus.on(counted, () => attempts.push('other'), { priority: 'low' });
  let results: unknown;
  void bus.emitAndWait(counted, { n: 1 }, { id: 'e-1' }).then((all) => (results = all));

  await vi.advanceTimersByTimeAsync(99);
  expect(attempts).toEqual(['1 e-1/1/fails', 'other']);
  await vi.advanceTimersByTimeAsync(1);
  expect(attempts.at(-1)).toBe('2 e-1/1/fails');
  await vi.advanceTimersByTimeAsync(199);
  expect(results).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);

  expect(attempts.at(-1)).toBe('3 e-1/1/fails');
  expect(results).toMatchObject([{ handler: 'fails', status: 'rejected', reason: { code: 'handler_failed', message: 'never' } }, {}]);
});

it('puts a handler off for as long as it asks, and calls one no more that was taken off meanwhile', async () => {
  vi.useFakeTimers();
  const { bus, errors } = busWithErrors();
  const called = vi.fn();
  const later = bus.on(
    counted,
    (_event, { attempt }) => {
      called();
      if (attempt < 3) throw new RetryLaterError(3_600_000);
    },
    { retry: { maxAttempts: 5 } },
  );
  void bus.emit(counted, { n: 1 });

  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(called).toHaveBeenCalledTimes(2);
  later();
  await vi.advanceTimersByTimeAsync(3_600_000);
  await bus.idle();

  expect(called).toHaveBeenCalledTimes(2);
  expect(errors).toEqual([]);
});

it('ends an attempt whose time is up, and tells it so', async () => {
  vi.useFakeTimers();
  const { bus } = busWithErrors();
  const aborted = vi.fn();
  bus.on(
    counted,
    (_event, { signal }) => {
      signal.addEventListener('abort', aborted);
      return new Promise(() => undefined);
    },
    { name: 'hangs', timeout: 50 },
  );
  const waiting = bus.emitAndWait(counted, { n: 1 });

  await vi.advanceTimersByTimeAsync(50);

  expect(await waiting).toMatchObject([{ handler: 'hangs', status: 'rejected', reason: { code: 'timeout' } }]);
  expect(aborted).toHaveBeenCalledOnce();
});

it('calls a handler after those that it says, and not where one of them has failed', async () => {
  const seen: string[] = [];
  const noting = (name: string, options: { readonly after?: readonly string[]; readonly filter?: () => boolean } = {}) =>
    on(
      counted,
      name,
      async ({ data }) => {
        await Promise.resolve();
        seen.push(name);
        if (name === 'ship' && data.n < 0) throw new PermanentError('lost', 'lost');
      },
      options,
    );
  const handlers = [
    noting('thank', { after: ['bill', 'ship'] }),
    noting('bill', { after: ['ship', 'never'] }),
    noting('ship'),
    noting('never', { filter: () => false }),
    noting('log'),
  ];
  const { bus } = busWithErrors({ handlers });

  expect((await bus.emitAndWait(counted, { n: 1 })).map(({ handler }) => handler)).toEqual(['thank', 'bill', 'ship', 'log']);
  expect(seen.filter((name) => name !== 'log')).toEqual(['ship', 'bill', 'thank']);

  seen.length = 0;
  const failed = await bus.emitAndWait(counted, { n: -1 });
  expect(new Set(seen)).toEqual(new Set(['ship', 'log']));
  expect(failed).toMatchObject([
    { handler: 'thank', reason: { code: 'handler_skipped' } },
    { handler: 'bill', reason: { code: 'handler_skipped' } },
    { handler: 'ship', reason: { code: 'lost' } },
    { handler: 'log', status: 'fulfilled' },
  ]);
  void bus.emit(counted, { n: 1 });
  await bus.idle();
});

it('keeps states of subjects, and changes each by one event after the other', async () => {
  const account = defineSubject<{ readonly sum: number }>({
    type: 'account',
    initial: () => ({ sum: 0 }),
    apply: (state, event) => ({ sum: state.sum + (event.data as { add: number }).add }),
  });
  const deposited = defineEvent({
    type: 'deposited',
    data: z.object({ add: z.number() }),
    tier: 'normal',
    subject: account,
    handler: async (_event, { state }) => {
      await Promise.resolve();
      return state?.sum ?? null;
    },
  });
  const bus = createBus();
  const before = async (add: number, subject?: string): Promise<unknown> => {
    const [result] = await bus.emitAndWait(deposited, { add }, subject === undefined ? {} : { subject });
    return result?.status === 'fulfilled' ? result.value : result;
  };

  expect(await Promise.all([before(1, 'a'), before(2, 'a'), before(4, 'b'), before(8, 'a'), before(16)])).toEqual(
    [0, 1, 0, 3, null].map((action) => ({ action })),
  );
});

it('has nothing to fetch with unless it is given', async () => {
  const { bus } = busWithErrors();
  bus.on(counted, (_event, { fetch, signal }) => fetch('http://a', { maxBytes: 1, timeoutMs: 1, signal }));

  expect(await bus.emitAndWait(counted, { n: 1 })).toMatchObject([
    { reason: { message: expect.stringContaining('createBus({ fetch })') } },
  ]);
});

it('has middleware around stages and around every kind of handler, the first outermost', async () => {
  const around =
    (name: string) =>
    async (event: HandledEvent, { stage }: HandlerContext, next: () => Promise<unknown>) => {
      seen.push(`${name}: ${stage} of ${event.type}`);
      return next();
    };
  const seen: string[] = [];
  const greet = on(priced, 'greet', () => 'hello');
  const bus = createBus({
    events: [priced],
    handlers: [greet],
    use: [around('outer')],
    log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  });
  bus.use(around('inner'));
  bus.on(priced, () => 'once', { name: 'own' });
  bus.on(priced, () => 'tried', { name: 'tried', retry: { maxAttempts: 2 } });

  const results = await bus.emitAndWait(priced, { cents: 1 });

  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'fulfilled'));
  const stages = ['meaning', 'decision', 'action', 'action', 'greet', 'own', 'tried'];
  expect(seen.toSorted()).toEqual(['inner', 'outer'].flatMap((name) => stages.map((stage) => `${name}: ${stage} of priced`)).toSorted());
  expect(seen.indexOf('outer: own of priced')).toBeLessThan(seen.indexOf('inner: own of priced'));
});

it('takes what middleware gives for what the handler has given, and what it throws for its failure', async () => {
  const { bus } = busWithErrors();
  bus.on(counted, ({ data }) => data.n, { name: 'plain' });
  bus.use(async ({ data }, _context, next) => {
    if ((data as { n: number }).n === 0) throw new PermanentError('nothing', 'there is nothing');
    return Number(await next()) * 2;
  });

  expect(await bus.emitAndWait(counted, { n: 21 })).toEqual([{ handler: 'plain', status: 'fulfilled', value: 42 }]);
  expect(await bus.emitAndWait(counted, { n: 0 })).toMatchObject([{ status: 'rejected', reason: { code: 'nothing' } }]);
});
