import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCallQueue } from '../../../domain/call-queue.ts';
import type { PlaceNeed, QueuedCall } from '../../../domain/call-queue.ts';

const CAPACITY: Readonly<Record<string, number>> = { a: 1, b: 2, c: 3 };
const needs = (maxLength: number): fc.Arbitrary<readonly PlaceNeed[]> =>
  fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength }).map((keys) => keys.map((key) => ({ key, capacity: CAPACITY[key] ?? 0 })));
const step = (maxNeeds: number) =>
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), priority: fc.constantFrom(1000, 500, 77), needs: needs(maxNeeds) }),
    fc.record({ kind: fc.constant('next' as const) }),
    fc.record({ kind: fc.constant('end' as const), which: fc.nat() }),
  );
type Step = typeof step extends (maxNeeds: number) => fc.Arbitrary<infer Given> ? Given : never;

/** The same rule without any index: whoever is first of those that have all their places. */
class Model {
  readonly waiting: QueuedCall[] = [];
  readonly atWork: QueuedCall[] = [];
  readonly concurrency: number;

  constructor(concurrency: number) {
    this.concurrency = concurrency;
  }

  next(): QueuedCall | undefined {
    if (this.atWork.length >= this.concurrency) return undefined;
    const able = this.waiting.filter((call) => call.needs.every((need) => this.#taken(need) < need.capacity));
    const [first] = able.sort((one, other) => other.priority - one.priority || one.order - other.order);
    if (first === undefined) return undefined;
    this.waiting.splice(this.waiting.indexOf(first), 1);
    this.atWork.push(first);
    return first;
  }

  #taken({ key }: PlaceNeed): number {
    return this.atWork.filter((call) => call.needs.some((need) => need.key === key)).length;
  }
}

function play(steps: readonly Step[], concurrency: number, check: (queue: ReturnType<typeof createCallQueue>, model: Model) => void): void {
  const queue = createCallQueue<QueuedCall>(concurrency);
  const model = new Model(concurrency);
  for (const [order, given] of steps.entries()) {
    if (given.kind === 'add') {
      const call = { priority: given.priority, order, needs: given.needs };
      queue.add(call);
      model.waiting.push(call);
    } else if (given.kind === 'next') {
      expect(queue.next()).toBe(model.next());
    } else {
      const [call] = model.atWork.splice(given.which % Math.max(1, model.atWork.length), 1);
      if (call !== undefined) queue.end(call);
    }
    check(queue, model);
  }
}

const concurrency = fc.constantFrom(1, 2, 4, Infinity);

it('begins the first by priority and arrival that has a place of each of its keys, and never more than there are places', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 60 }), concurrency, (steps, atOnce) => {
      play(steps, atOnce, (_queue, { atWork }) => expect(atWork.length).toBeLessThanOrEqual(atOnce));
    }),
    { numRuns: 1_000 },
  );
});

it('leaves nobody waiting for a place that is free, and is empty at the end', () => {
  fc.assert(
    fc.property(fc.array(step(3), { maxLength: 60 }), concurrency, (steps, atOnce) => {
      const added = steps.filter(({ kind }) => kind === 'add').length;
      const queue = createCallQueue<QueuedCall>(atOnce);
      for (const [order, given] of steps.entries()) if (given.kind === 'add') queue.add({ ...given, order });
      const atWork: QueuedCall[] = [];
      let ended = 0;
      for (;;) {
        for (let call = queue.next(); call !== undefined; call = queue.next()) atWork.push(call);
        const call = atWork.shift();
        if (call === undefined) break;
        queue.end(call);
        ended += 1;
      }
      expect(ended).toBe(added);
      expect(queue.backlog()).toBeLessThanOrEqual(0);
    }),
  );
});

it('knows how many are left once all have begun that can, before they have', () => {
  fc.assert(
    fc.property(fc.array(step(1), { maxLength: 40 }), concurrency, (steps, atOnce) => {
      play(steps, atOnce, (queue, model) => {
        const ahead = new Model(atOnce);
        ahead.waiting.push(...model.waiting);
        ahead.atWork.push(...model.atWork);
        while (ahead.next() !== undefined);
        expect(Math.max(0, queue.backlog())).toBe(ahead.waiting.length);
      });
    }),
    { numRuns: 500 },
  );
});

it('lets the next one have a place that the first of its line cannot use yet', () => {
  const queue = createCallQueue<QueuedCall>(Infinity);
  const of = (order: number, ...keys: string[]) => ({ priority: 500, order, needs: keys.map((key) => ({ key, capacity: 1 })) });
  const [holdsA, holdsB, wantsBoth, wantsA] = [of(0, 'a'), of(1, 'b'), of(2, 'a', 'b'), of(3, 'a')];
  for (const call of [holdsA, holdsB, wantsBoth, wantsA]) queue.add(call);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([holdsA, holdsB, undefined]);

  queue.end(holdsA);
  expect(queue.next()).toBe(wantsA);
  queue.end(holdsB);
  expect(queue.next()).toBeUndefined();
  queue.end(wantsA);
  expect(queue.next()).toBe(wantsBoth);
});

it('gives all that wait when it is cleared, and goes on with what is at work', () => {
  const queue = createCallQueue<QueuedCall>(2);
  const of = (order: number, ...keys: string[]) => ({ priority: 500, order, needs: keys.map((key) => ({ key, capacity: 1 })) });
  const [first, parked, second, waiting] = [of(0, 'a'), of(1, 'a'), of(2), of(3, 'b')];
  for (const call of [first, parked, second, waiting]) queue.add(call);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([first, second, undefined]);

  expect(new Set(queue.clear())).toEqual(new Set([parked, waiting]));
  expect(queue.backlog()).toBe(0);
  queue.end(first);
  queue.add(parked);
  expect(queue.next()).toBe(parked);
});
