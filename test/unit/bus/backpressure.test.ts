import { expect, it } from 'vitest';
import type { BusError } from '../../../bus/bus-error.ts';
import { busWithErrors, counted, gate, turn } from './bus-samples.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    run();
    return null;
  } catch (error) {
    return (error as BusError).code;
  }
};

it('lets whoever emits wait until there is room again', async () => {
  const slow = gate();
  const { bus } = busWithErrors({ concurrency: 1, maxQueued: 1 });
  bus.on(counted, slow.handler);
  const went: number[] = [];
  const emit = (n: number): void => void bus.emit(counted, { n }).then(() => went.push(n));

  emit(1);
  emit(2);
  emit(3);
  emit(4);
  await turn();
  expect([went, slow.began]).toEqual([[1, 2], [1]]);
  slow.open();
  await turn();
  expect(went).toEqual([1, 2]);
  slow.open();
  await turn();
  expect([went, slow.began]).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3],
  ]);
});

it('counts those that wait for a place of their handler', async () => {
  const slow = gate();
  const { bus, errors } = busWithErrors({ maxQueued: 2, onFull: 'drop' });
  bus.on(counted, slow.handler, { concurrency: 1 });

  const taken = await Promise.all([1, 2, 3, 4].map((n) => bus.emit(counted, { n })));

  expect(taken).toEqual([true, true, true, false]);
  expect(errors).toHaveLength(1);
});

it('refuses what comes when it is full, and says so', async () => {
  const slow = gate();
  const { bus, errors } = busWithErrors({ concurrency: 1, maxQueued: 1, onFull: 'drop' });
  bus.on(counted, slow.handler, { name: 'slow' });

  const taken = await Promise.all([1, 2, 3].map((n) => bus.emit(counted, { n })));
  const waited = await bus.emitAndWait(counted, { n: 4 });

  expect(taken).toEqual([true, true, false]);
  expect(waited).toMatchObject([{ handler: 'slow', status: 'rejected', reason: { code: 'bus_full' } }]);
  expect(errors.map(({ error, failure }) => [(error as BusError).code, failure])).toEqual([
    ['bus_full', { type: 'counted', event: null, handler: null }],
    ['bus_full', { type: 'counted', event: null, handler: null }],
  ]);
  slow.open();
  await turn();
  expect(await bus.emit(counted, { n: 5 })).toBe(true);
});

it('throws where that is asked for, but never to whoever waits for results', async () => {
  const slow = gate();
  const { bus, errors } = busWithErrors({ concurrency: 1, maxQueued: 1, onFull: 'throw' });
  bus.on(counted, slow.handler);

  expect(await Promise.all([1, 2].map((n) => bus.emit(counted, { n })))).toEqual([true, true]);
  expect(codeOf(() => void bus.emit(counted, { n: 2.5 }))).toBe('bus_full');
  expect(errors).toEqual([]);
  expect(await bus.emitAndWait(counted, { n: 3 })).toMatchObject([{ status: 'rejected', reason: { code: 'bus_full' } }]);
  expect((await bus.emitBatch([[counted, { n: 4 }]]))[0]).toMatchObject([{ status: 'rejected' }]);
  slow.open();
  await turn();
  slow.open();
  await bus.idle();
  expect(slow.began).toEqual([1, 2]);
});
