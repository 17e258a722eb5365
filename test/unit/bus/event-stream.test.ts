import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBus } from '../../../bus/create-bus.ts';
import { busWithErrors, counted, turn } from './bus-samples.ts';

async function read<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

it('gives the events of a type in their order to the bus’s end', async () => {
  const bus = createBus();
  void bus.emit(counted, { n: 0 });
  const reading = read(bus.stream(counted));
  const late = bus.stream(counted);
  for (const n of [1, 2, 3]) void bus.emit(counted, { n });
  await bus.close();

  expect((await reading).map(({ data }) => data.n)).toEqual([1, 2, 3]);
  expect((await read(late)).map(({ data }) => data.n)).toEqual([1, 2, 3]);
  expect(await read(bus.stream(counted))).toEqual([]);
});

it('ends when its loop is left', async () => {
  const { bus, errors } = busWithErrors();
  const stream = bus.stream(counted, { maxBuffered: 3 });
  for (const n of [1, 2, 3]) void bus.emit(counted, { n });

  for await (const { data } of stream) if (data.n === 2) break;

  for (const n of [4, 5, 6, 7]) void bus.emit(counted, { n });
  await bus.idle();
  expect(errors).toEqual([]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

it('leaves out what comes while its reader is too far behind, and says so', async () => {
  const { bus, errors } = busWithErrors();
  const stream = bus.stream(counted, { maxBuffered: 2 });
  for (const n of [1, 2, 3]) expect(await bus.emit(counted, { n })).toBe(true);
  expect((await stream.next()).value?.data.n).toBe(1);
  void bus.emit(counted, { n: 4 });
  await bus.close();

  expect((await read(stream)).map(({ data }) => data.n)).toEqual([2, 4]);
  expect(errors).toMatchObject([{ error: { code: 'bus_full' }, failure: { type: 'counted', event: { data: { n: 3 } }, handler: null } }]);
});

it('lets whoever emits wait for its reader', async () => {
  const bus = createBus();
  const stream = bus.stream(counted, { maxBuffered: 1, onFull: 'wait' });
  const went: number[] = [];
  for (const n of [1, 2, 3]) void bus.emit(counted, { n }).then(() => went.push(n));
  await turn();
  expect(went).toEqual([1]);
  await stream.next();
  await turn();
  expect(went).toEqual([1]);
  await stream.next();
  await turn();
  expect(went).toEqual([1, 2, 3]);

  for (const n of [4, 5]) void bus.emit(counted, { n }).then(() => went.push(n));
  await stream.return?.();
  await turn();
  expect(went).toEqual([1, 2, 3, 4, 5]);
});

it('ends with an error for its reader where that is asked for, after what it has kept', async () => {
  const { bus, errors } = busWithErrors();
  const stream = bus.stream(counted, { maxBuffered: 1, onFull: 'throw' });
  for (const n of [1, 2, 3]) void bus.emit(counted, { n });

  expect((await stream.next()).value?.data.n).toBe(1);
  await expect(stream.next()).rejects.toMatchObject({ code: 'bus_full' });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(errors).toEqual([]);
});

it('gives every reader that asks ahead its event', async () => {
  const bus = createBus();
  const stream = bus.stream(counted);
  const asked = [stream.next(), stream.next(), stream.next()];
  for (const n of [1, 2]) void bus.emit(counted, { n });
  await bus.close();

  expect((await Promise.all(asked)).map(({ value }) => value?.data.n)).toEqual([1, 2, undefined]);
});

it('never keeps more than it may, and gives what it keeps in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('emit', 'read')), fc.integer({ min: 1, max: 4 }), async (steps, maxBuffered) => {
      const { bus, errors } = busWithErrors();
      const stream = bus.stream(counted, { maxBuffered });
      const kept: number[] = [];
      let lost = 0;
      for (const [n, step] of steps.entries()) {
        if (step === 'emit') {
          void bus.emit(counted, { n });
          if (kept.length < maxBuffered) kept.push(n);
          else lost += 1;
        } else if (kept.length > 0) expect((await stream.next()).value?.data.n).toBe(kept.shift());
      }
      await bus.close();
      expect((await read(stream)).map(({ data }) => data.n)).toEqual(kept);
      expect(errors).toHaveLength(lost);
    }),
  );
});
