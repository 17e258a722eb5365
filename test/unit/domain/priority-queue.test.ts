import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPriorityQueue } from '../../../domain/priority-queue.ts';
import type { Prioritised } from '../../../domain/priority-queue.ts';

const byPlace = (one: Prioritised, other: Prioritised): number => other.priority - one.priority || one.order - other.order;

it('gives the highest first and equals by their arrival, whenever they are added and taken', () => {
  const priority = fc.oneof(fc.constantFrom(1000, 750, 333, 0), fc.integer({ min: 0, max: 1_000 }));
  const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.record({ priority, order: fc.nat() })));
  fc.assert(
    fc.property(steps, (steps) => {
      const queue = createPriorityQueue<Prioritised>();
      const model: Prioritised[] = [];
      for (const step of steps) {
        if (step === 'take') expect(queue.take()).toEqual(model.shift());
        else {
          queue.add(step);
          model.push(step);
          model.sort(byPlace);
        }
        expect(queue.size()).toBe(model.length);
      }
    }),
  );
});

it('stays in order when thousands pass through', () => {
  const queue = createPriorityQueue<Prioritised>();
  for (let order = 0; order < 5_000; order += 1) queue.add({ priority: 500, order });
  const taken: (number | undefined)[] = [];
  for (let order = 5_000; order < 10_000; order += 1) {
    queue.add({ priority: 500, order });
    taken.push(queue.take()?.order, queue.take()?.order);
  }
  expect(taken).toEqual(Array.from({ length: 10_000 }, (_, order) => order));
  expect(queue.take()).toBeUndefined();
});

it('takes any number of priorities', () => {
  const queue = createPriorityQueue<Prioritised>();
  const all = Array.from({ length: 50 }, (_, order) => ({ priority: (order * 7) % 50, order }));
  for (let round = 0; round < 2; round += 1) {
    for (const item of all) queue.add(item);
    expect(all.map(() => queue.take())).toEqual(all.toSorted(byPlace));
    expect(queue.take()).toBeUndefined();
  }
});
