import { afterEach, expect, it, vi } from 'vitest';
import type { BusError } from '../../../bus/bus-error.ts';
import { createBus } from '../../../bus/create-bus.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { busWithErrors, counted, gate, turn } from './bus-samples.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('is idle at once where nothing runs, and else when all has ended', async () => {
  const slow = gate();
  const { bus } = busWithErrors();
  bus.on(counted, slow.handler);
  await bus.idle();
  const idle = vi.fn();

  void bus.emit(counted, { n: 1 });
  void bus.emit(counted, { n: 2 });
  const waiting = [bus.idle().then(idle), bus.idle().then(idle)];
  await turn();
  slow.open();
  await turn();
  expect(idle).not.toHaveBeenCalled();
  slow.open();
  await Promise.all(waiting);
  expect(idle).toHaveBeenCalledTimes(2);
});

it('takes nothing more, and resolves when what it has taken has run', async () => {
  const slow = gate();
  const { bus, errors } = busWithErrors({ concurrency: 1 });
  bus.on(counted, slow.handler, { name: 'slow' });
  void bus.emit(counted, { n: 1 });
  void bus.emit(counted, { n: 2 });
  const closed = vi.fn();

  const closing = bus.close();
  void closing.then(closed);
  expect(bus.close()).toBe(closing);
  expect(await bus.emit(counted, { n: 3 })).toBe(false);
  expect(await bus.emitAndWait(counted, { n: 3 })).toMatchObject([{ handler: 'slow', reason: { code: 'bus_closed' } }]);
  await turn();
  slow.open();
  await turn();
  expect(closed).not.toHaveBeenCalled();
  slow.open();
  await closing;

  expect(slow.began).toEqual([1, 2]);
  expect(errors.map(({ error }) => (error as BusError).code)).toEqual(['bus_closed', 'bus_closed']);
});

it('tells what takes too long to stop, and fails what has not begun', async () => {
  vi.useFakeTimers();
  const { bus, errors } = busWithErrors({ concurrency: 2, maxQueued: 1 });
  const obeys = vi.fn();
  bus.on(
    counted,
    (_event, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          obeys();
          reject(new Error('stopped'));
        });
      }),
    { name: 'obeys' },
  );
  const retried = defineEvent({
    type: 'retried',
    data: counted.data,
    tier: 'critical',
    retry: { initialDelayMs: 60_000 },
    handler: () => Promise.reject(new Error('not now')),
  });
  bus.on(retried, () => new Promise(() => undefined), { name: 'hangs', timeout: 3_600_000, priority: 'low' });
  const again = bus.emitAndWait(retried, { n: 1 });
  await vi.advanceTimersByTimeAsync(0);
  const [first, second] = [bus.emitAndWait(counted, { n: 1 }), bus.emitAndWait(counted, { n: 2 })];
  const emitted = bus.emit(counted, { n: 3 });

  const closing = bus.close({ withinMs: 1_000 });
  await vi.advanceTimersByTimeAsync(999);
  expect(obeys).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await closing;

  expect(obeys).toHaveBeenCalledOnce();
  expect(await first).toMatchObject([{ reason: { message: 'stopped' } }]);
  expect(await second).toMatchObject([{ reason: { code: 'bus_closed' } }]);
  expect(await again).toMatchObject([
    { handler: 'retried', reason: { code: 'bus_closed' } },
    { handler: 'hangs', reason: { code: 'bus_closed' } },
  ]);
  expect(await emitted).toBe(true);
  expect(errors).toHaveLength(5);
});

it('does not wait for ever for what does not hear', async () => {
  vi.useFakeTimers();
  const { bus } = busWithErrors();
  bus.on(counted, () => new Promise(() => undefined));
  void bus.emit(counted, { n: 1 });

  const closing = bus.close();
  await vi.advanceTimersByTimeAsync(11_000);
  await closing;
});

it('is closed in time, also where its services are never made', async () => {
  const bus = createBus({ services: () => new Promise(() => undefined) });
  await bus.close({ withinMs: 1 });
});
