import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBus } from '../../../bus/create-bus.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';
import { counted, gate, turn } from './bus-samples.ts';

async function openAll(gates: readonly ReturnType<typeof gate>[], times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await turn();
    for (const { open } of gates) open();
  }
}

it('runs ten handlers at once, and no more at once than is said', async () => {
  const slow = gate();
  const bus = createBus();
  for (let index = 0; index < 10; index += 1) bus.on(counted, slow.handler);
  void bus.emit(counted, { n: 1 });
  await turn();
  expect(slow.most()).toBe(10);

  const few = gate();
  const narrow = createBus({ concurrency: 3 });
  for (let index = 0; index < 10; index += 1) narrow.on(counted, few.handler);
  void narrow.emit(counted, { n: 1 });
  await openAll([few], 10);
  await narrow.idle();
  expect([few.began.length, few.most()]).toEqual([10, 3]);
});

it('gives a place back whatever a handler does', async () => {
  const bus = createBus({ concurrency: 1, onError: () => undefined });
  bus.on(counted, ({ data: { n } }) => {
    if (n === 1) throw new Error('at once');
    return n === 2 ? Promise.reject(new Error('later')) : n;
  });

  const results = await bus.emitBatch([1, 2, 3].map((n) => [counted, { n }] as const));

  expect(results.map(([result]) => result?.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('lets a handler have a bound of its own, and nobody else wait for it', async () => {
  const slow = gate();
  const bus = createBus();
  const seen: number[] = [];
  bus.on(counted, slow.handler, { concurrency: 2, priority: 'critical' });
  bus.on(counted, ({ data }) => seen.push(data.n));

  for (const n of [1, 2, 3, 4]) void bus.emit(counted, { n });
  await turn();
  expect([slow.began, seen]).toEqual([
    [1, 2],
    [1, 2, 3, 4],
  ]);
  await openAll([slow], 4);
  await bus.idle();
  expect([slow.began, slow.most()]).toEqual([[1, 2, 3, 4], 2]);
});

it('keeps limits of types and handlers by key', async () => {
  const stages = gate();
  const handlers = gate();
  const limited = defineEvent({
    type: 'limited',
    data: counted.data,
    tier: 'normal',
    limit: [
      { key: ({ data }) => `unit-${(data as { unit: string }).unit}`, max: 1 },
      { key: ({ data }) => `unit-${(data as { unit: string }).unit}`, max: 1 },
    ],
    handler: (event) => stages.handler(event as never),
  });
  const bus = createBus({
    handlers: [on(limited, 'also', (event) => handlers.handler(event as never), { limit: { key: 'all', max: 2 } })],
  });

  for (const [n, unit] of [
    [1, 'cm'],
    [2, 'cm'],
    [3, 'm'],
  ] as const) {
    void bus.emit(limited, { n, unit });
  }
  await turn();
  expect([stages.began, handlers.began]).toEqual([
    [1, 3],
    [1, 2],
  ]);
  await openAll([stages, handlers], 4);
  await bus.idle();
  expect([stages.began, handlers.began]).toEqual([
    [1, 3, 2],
    [1, 2, 3],
  ]);
});

it('calls each handler once for each event, whatever waits for what', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ priority: fc.constantFrom(1000, 750, 500, 3), concurrency: fc.constantFrom(1, 2, 9) }), { maxLength: 4 }),
      fc.constantFrom(1, 2, Infinity),
      fc.integer({ min: 1, max: 12 }),
      async (handlers, concurrency, events) => {
        const bus = createBus({ concurrency });
        const calls = handlers.map((options) => {
          const seen: number[] = [];
          bus.on(
            counted,
            async ({ data }) => {
              seen.push(data.n);
              await Promise.resolve();
            },
            options,
          );
          return seen;
        });
        const all = Array.from({ length: events }, (_, n) => n);

        const results = await bus.emitBatch(all.map((n) => [counted, { n }] as const));

        expect(results.map((of) => of.length)).toEqual(all.map(() => handlers.length));
        expect(calls).toEqual(handlers.map(() => all));
        await bus.idle();
      },
    ),
  );
});
