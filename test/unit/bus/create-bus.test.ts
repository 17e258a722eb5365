import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createBus } from '../../../bus/create-bus.ts';
import type { BusError } from '../../../bus/bus-error.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';
import { noServices } from '../../support/handler-services.ts';
import { busWithErrors, counted, noted } from './bus-samples.ts';

it('calls each handler of the type, after the code that emits, with the event as its schema has it', async () => {
  const bus = createBus();
  const seen: unknown[] = [];
  bus.on(counted, ({ data, type, tier, tenant }) => seen.push({ data, type, tier, tenant }));
  bus.on(counted, async ({ data }) => seen.push(data.n));
  bus.on(noted, () => seen.push('another type'));

  const emitted = bus.emit(counted, { n: 21 });
  expect(seen).toEqual([]);
  await bus.idle();

  expect(seen).toEqual([{ data: { n: 21, unit: 'cm' }, type: 'counted', tier: 'normal', tenant: 'default' }, 21]);
  expect(await emitted).toBe(true);
});

it('gives a settled result for each handler, in the order in which they were registered', async () => {
  const { bus, errors } = busWithErrors();
  const broken = new Error('broken');
  bus.on(counted, ({ data }) => data.n * 2, { name: 'double', priority: 'low' });
  bus.on(counted, () => Promise.reject(broken), { name: 'reject' });
  bus.on(
    counted,
    () => {
      throw broken;
    },
    { name: 'throw' },
  );

  expect(await bus.emitAndWait(counted, { n: 21 })).toEqual([
    { handler: 'double', status: 'fulfilled', value: 42 },
    { handler: 'reject', status: 'rejected', reason: broken },
    { handler: 'throw', status: 'rejected', reason: broken },
  ]);
  expect(errors.map(({ error, failure }) => [error, failure.type, failure.handler, failure.event?.data])).toEqual([
    [broken, 'counted', 'throw', { n: 21, unit: 'cm' }],
    [broken, 'counted', 'reject', { n: 21, unit: 'cm' }],
  ]);
  expect(await bus.emitAndWait(noted, { text: '' })).toEqual([]);
});

it('waits for the promises of other libraries, too', async () => {
  const bus = createBus();
  const thenable = {};
  Reflect.set(thenable, 'then', (resolve: (value: number) => void) => resolve(42));
  bus.on(counted, () => thenable, { name: 'a' });

  expect(await bus.emitAndWait(counted, { n: 1 })).toEqual([{ handler: 'a', status: 'fulfilled', value: 42 }]);
});

it('begins the higher priority first, of all that were emitted, and equals as they came', async () => {
  const bus = createBus({ concurrency: 1 });
  const seen: string[] = [];
  bus.on(counted, ({ data }) => seen.push(`low ${data.n}`), { priority: 'low' });
  bus.on(counted, ({ data }) => seen.push(`600 ${data.n}`), { priority: 600 });
  bus.on(counted, ({ data }) => seen.push(`usual ${data.n}`));
  bus.on(counted, ({ data }) => seen.push(`critical ${data.n}`), { priority: 'critical' });

  void bus.emit(counted, { n: 1 });
  void bus.emit(counted, { n: 2 });
  void bus.emit(counted, { n: 3 }, { tier: 'high' });
  await bus.idle();

  expect(seen).toEqual([
    ...['critical 1', 'critical 2', 'critical 3', 'usual 3', '600 1', '600 2', '600 3'],
    ...['usual 1', 'usual 2', 'low 1', 'low 2', 'low 3'],
  ]);
});

it.each<[string, (off: { readonly byReturn: () => void; readonly byHandler: () => void }) => void]>([
  ['what on returns', ({ byReturn }) => byReturn()],
  ['off', ({ byHandler }) => byHandler()],
])('does not call a handler again after %s, not even for events that wait', async (_way, take) => {
  const bus = createBus();
  const handler = vi.fn();
  const other = vi.fn();
  const byReturn = bus.on(counted, handler, { priority: 'high' });
  bus.on(counted, other, { name: 'other' });
  await bus.emitAndWait(counted, { n: 1 });

  const results = bus.emitAndWait(counted, { n: 2 });
  take({ byReturn, byHandler: () => expect(bus.off(counted, handler)).toBe(true) });
  byReturn();
  void bus.emit(counted, { n: 3 });

  expect(await results).toEqual([{ handler: 'other', status: 'fulfilled', value: undefined }]);
  await bus.idle();
  expect(handler).toHaveBeenCalledOnce();
  expect(other).toHaveBeenCalledTimes(3);
  expect(bus.off(counted, handler)).toBe(false);
});

it('calls a handler once, whatever is emitted before it has begun', async () => {
  const bus = createBus();
  const handler = vi.fn();
  const never = vi.fn();
  const onlyThird = vi.fn();
  bus.once(counted, handler);
  bus.once(counted, onlyThird, { filter: ({ data }) => data.n === 3 });
  bus.once(counted, never)();

  for (const n of [1, 2, 3, 3]) void bus.emit(counted, { n });
  await bus.idle();

  expect(handler.mock.calls.map(([{ data }]) => data.n)).toEqual([1]);
  expect(onlyThird).toHaveBeenCalledOnce();
  expect(never).not.toHaveBeenCalled();
});

it('calls no handler for what its filter leaves out, and has one fail whose filter does', async () => {
  const { bus } = busWithErrors();
  const broken = new Error('broken');
  bus.on(counted, () => 'large', { name: 'large', filter: ({ data }) => data.n > 10 });
  bus.on(counted, () => 'never', {
    name: 'broken',
    filter: () => {
      throw broken;
    },
  });

  expect(await bus.emitAndWait(counted, { n: 10 })).toEqual([{ handler: 'broken', status: 'rejected', reason: broken }]);
  expect((await bus.emitAndWait(counted, { n: 11 }))[0]).toEqual({ handler: 'large', status: 'fulfilled', value: 'large' });
});

it('lets a handler take others off, and emit, while it runs', async () => {
  const bus = createBus();
  const seen: number[] = [];
  const other = vi.fn();
  bus.on(counted, ({ data }) => {
    seen.push(data.n);
    bus.off(counted, other);
    if (data.n < 3) void bus.emit(counted, { n: data.n + 1 });
  });
  bus.on(counted, other);

  void bus.emit(counted, { n: 1 });
  await bus.idle();

  expect(seen).toEqual([1, 2, 3]);
  expect(other).not.toHaveBeenCalled();
});

it('gives a handler what it has in the service', async () => {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const fetched = { url: 'a', contentType: '', body: (async function* () {})() };
  const bus = createBus({ services: noServices.services, log, fetch: async () => fetched, dataDirectory: '/data' });
  let given: HandlerContext | undefined;
  bus.on(
    counted,
    async (_event, context) => {
      given = context;
      context.log.info('one', { a: 1 });
      context.log.warn('two');
      context.log.error('three');
      context.heartbeat({ step: 'a', percent: 1, message: '' });
      return context.fetch('a', { maxBytes: 1, timeoutMs: 1, signal: context.signal });
    },
    { name: 'given' },
  );

  expect(await bus.emitAndWait(counted, { n: 1 }, { id: 'e-1' })).toEqual([{ handler: 'given', status: 'fulfilled', value: fetched }]);
  expect(given).toMatchObject({
    attempt: 1,
    state: null,
    idempotencyKey: 'e-1/1/given',
    services: noServices.services,
    dataDirectory: '/data',
  });
  expect(given?.signal.aborted).toBe(false);
  const origin = { event: 'e-1', type: 'counted', handler: 'given' };
  expect([log.info, log.warn, log.error].flatMap(({ mock }) => mock.calls)).toEqual([
    ['one', { ...origin, a: 1 }],
    ['two', origin],
    ['three', origin],
  ]);
});

it('has ids that no other bus has, and says of an event what it is told', async () => {
  const seen: unknown[] = [];
  const keys: string[] = [];
  for (const bus of [createBus(), createBus()]) {
    bus.on(counted, ({ id }, { idempotencyKey }) => keys.push(id, idempotencyKey), { name: 'a' });
    bus.on(counted, ({ id: _made, data: _given, ...said }) => seen.push(said));
    await bus.emitAndWait(counted, { n: 1 });
    await bus.emitAndWait(counted, { n: 1 });
  }
  expect(new Set(keys).size).toBe(8);

  const bus = createBus();
  bus.on(counted, (event) => seen.push(event));
  const said = { id: 'e-1', tier: 'bulk', urgency: 0.5, source: 'shop', subject: 'a', time: '2026-01-01T00:00:00.000Z' } as const;
  await bus.emitAndWait(counted, { n: 1 }, said);
  expect(seen.at(-1)).toEqual({ ...said, type: 'counted', tenant: 'default', data: { n: 1, unit: 'cm' } });
  expect(seen[0]).toMatchObject({ tier: 'normal', urgency: 0, source: null, subject: null, time: expect.stringMatching(/^20.*Z$/) });
});

it('lends services that are made once, and calls nobody before they are there', async () => {
  const dispose = vi.fn();
  const make = vi.fn(async () => ({ ...noServices.services, warehouse: 'w', dispose }));
  const bus = createBus({ services: make });
  bus.on(counted, (_event, { services }) => services, { name: 'a' });

  const results = await Promise.all([bus.emitAndWait(counted, { n: 1 }), bus.emitAndWait(counted, { n: 2 })]);

  expect(results.flat()).toMatchObject([{ value: { warehouse: 'w' } }, { value: { warehouse: 'w' } }]);
  expect(make).toHaveBeenCalledOnce();
  await bus.close();
  expect(dispose).toHaveBeenCalledOnce();
});

it('tells of services that cannot be made, and fails all handlers', async () => {
  const away = new Error('away');
  const handlers = [on(counted, 'tried-again', () => null)];
  const { bus, errors } = busWithErrors({ handlers, services: () => Promise.reject(away) });
  bus.on(counted, (_event, { services }) => services, { name: 'uses' });

  expect(await bus.emitAndWait(counted, { n: 1 })).toMatchObject([{ reason: away }, { reason: away }]);
  expect(errors[0]).toEqual({ error: away, failure: { type: null, event: null, handler: null } });
  await bus.close();
});

it.each([
  ['at once', z.object({ n: z.number() })],
  ['later', z.object({ n: z.number().refine(async () => true) })],
])('hands no data on that its type does not take, checked %s', async (_when, data) => {
  const type = defineEvent({ type: 'checked', data, tier: 'normal' });
  const { bus, errors } = busWithErrors();
  bus.on(type, ({ data: { n } }) => n, { name: 'a' });
  const wrong = JSON.parse('{"n":"many"}') as { n: number };

  expect(await bus.emit(type, wrong)).toBe(false);
  expect(await bus.emitAndWait(type, wrong)).toMatchObject([{ handler: 'a', status: 'rejected', reason: { code: 'invalid_data' } }]);
  expect(errors.map(({ error, failure }) => [(error as BusError).message.slice(0, 37), failure.type])).toEqual([
    ['"checked" takes no such data: /data/n', 'checked'],
    ['"checked" takes no such data: /data/n', 'checked'],
  ]);
  expect(await bus.emitAndWait(type, { n: 1 })).toEqual([{ handler: 'a', status: 'fulfilled', value: 1 }]);
  await bus.idle();
});

it('tells whoever wants to hear of errors, and logs what nobody hears', async () => {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const bus = createBus({ log });
  const broken = new Error('broken');
  bus.on(counted, () => Promise.reject(broken), { name: 'a' });
  await bus.emitAndWait(counted, { n: 1 }, { id: 'e-1' });
  expect(log.error.mock.calls).toEqual([
    ['an event of the bus has failed', { error: broken, type: 'counted', event: 'e-1', handler: 'a' }],
  ]);

  const listener = vi.fn();
  const off = bus.onError(listener);
  const offAgain = bus.onError(listener);
  await bus.emitAndWait(counted, { n: 2 });
  off();
  await bus.emitAndWait(counted, { n: 3 });
  offAgain();
  expect(listener).toHaveBeenCalledTimes(3);
  expect(log.error).toHaveBeenCalledOnce();

  bus.onError(() => {
    throw new Error('the listener is broken, too');
  });
  await bus.emitAndWait(counted, { n: 4 });
  expect(log.error.mock.calls.slice(1).map(([, { error }]) => String(error))).toEqual([
    'Error: broken',
    'Error: the listener is broken, too',
  ]);
});

it('logs to the console where nothing else is said', async () => {
  const lines = (['info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level).mockReturnValue());
  const bus = createBus();
  bus.on(counted, (_event, { log }) => {
    log.info('a');
    log.warn('b');
    throw new Error('broken');
  });

  await bus.emitAndWait(counted, { n: 1 });

  expect(lines.map(({ mock }) => mock.calls.map(([message]) => message))).toEqual([['a'], ['b'], ['an event of the bus has failed']]);
  lines.forEach((line) => line.mockRestore());
});

it('handles many events at once or one after the other, and goes on after one that fails', async () => {
  const { bus } = busWithErrors();
  const began: number[] = [];
  let atWork = 0;
  let most = 0;
  bus.on(
    counted,
    async ({ data }) => {
      began.push(data.n);
      atWork += 1;
      most = Math.max(most, atWork);
      await Promise.resolve();
      atWork -= 1;
      if (data.n === 1) throw new Error('broken');
      return data.n;
    },
    { name: 'a' },
  );
  const batch = [1, 2, 3].map((n) => [counted, { n }] as const);

  const sequential = await bus.emitBatch(batch, { mode: 'sequential' });
  expect(sequential.map((results) => results[0]?.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect([began, most]).toEqual([[1, 2, 3], 1]);
  expect((await bus.emitBatch(batch)).map((results) => results[0]?.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(most).toBe(3);
});

it('knows its types where they are named, and refuses all others', async () => {
  const { bus, errors } = busWithErrors({ events: [counted] });
  const like = defineEvent({ type: 'countet', data: z.unknown(), tier: 'normal' });
  const same = defineEvent({ type: 'counted', data: z.unknown(), tier: 'normal' });

  expect(() => bus.on(like, () => null)).toThrow('the bus has no event type "countet"');
  expect(() => bus.on(noted, () => null)).toThrow('the bus has no event type "noted"');
  expect(() => bus.stream(same)).toThrow('event type "counted" is defined twice');
  expect(await bus.emit(noted, { text: '' })).toBe(false);
  expect(await bus.emitAndWait(noted, { text: '' })).toEqual([]);
  expect(errors.map(({ error }) => (error as BusError).code)).toEqual(['unknown_type', 'unknown_type']);
});

it.each<[string, () => unknown]>([
  ['event type "counted" is defined twice', () => createBus({ events: [counted, counted] })],
  ["entry 1 of the bus's events has no event type", () => createBus({ events: [{}] })],
  ['handler "a" is for a type that the bus does not have', () => createBus({ events: [counted], handlers: [on(noted, 'a', () => null)] })],
  ['handler "a" of event type "noted" is defined twice', () => createBus({ handlers: [on(noted, 'a', () => 1), on(noted, 'a', () => 2)] })],
  ['a bus needs a concurrency of 1 or more, not 0', () => createBus({ concurrency: 0 })],
  ['a bus needs a maxQueued of 1 or more, not 0', () => createBus({ maxQueued: 0 })],
  ['handler "a" of event type "counted": its concurrency is 1', () => createBus().on(counted, () => 1, { name: 'a', concurrency: 0 })],
  ['handler "a" of event type "counted": a priority is', () => createBus().on(counted, () => 1, { name: 'a', priority: NaN })],
])('says at once: "%s"', (message, act) => {
  expect(act).toThrow(message);
});

it.each([
  ['at once', z.object({ n: z.number() })],
  ['later', z.object({ n: z.number().refine(async () => true) })],
])('refuses an event whose type’s own functions fail, checked %s', async (_when, data) => {
  const broken = new Error('no tier');
  const type = defineEvent({
    type: 'broken',
    data,
    tier: () => {
      throw broken;
    },
  });
  const { bus, errors } = busWithErrors();
  bus.on(type, () => expect.unreachable('it is no event'));

  expect(await bus.emit(type, { n: 1 })).toBe(false);
  expect(errors).toEqual([{ error: broken, failure: { type: 'broken', event: null, handler: null } }]);
});

it('has handlers named by their functions, or by a number', async () => {
  const bus = createBus();
  bus.on(counted, function count() {});
  bus.on(counted, () => null);

  expect((await bus.emitAndWait(counted, { n: 1 })).map(({ handler }) => handler)).toEqual(['count', 'handler-2']);
});
