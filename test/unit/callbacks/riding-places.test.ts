import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRidingPlaces } from '../../../activities/callbacks/riding-places.ts';
import { LIGHT_TASK_SLOTS } from '../../../domain/riding.ts';

it('never has attempts ride in more than half of the tasks to one origin, or in three quarters to all', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ origin: fc.nat(3), leaves: fc.nat(4) }), { maxLength: 900 }), (steps) => {
      const places = createRidingPlaces();
      const riding: { readonly origin: number; readonly leave: () => void }[] = [];
      const to = (origin: number): number => riding.filter((one) => one.origin === origin).length;
      for (const { origin, leaves } of steps) {
        if (leaves === 0) riding.shift()?.leave();
        const isFull = to(origin) === LIGHT_TASK_SLOTS / 2 || riding.length === (LIGHT_TASK_SLOTS * 3) / 4;
        const leave = places.take(`https://${origin}.example`);
        expect(leave === null).toBe(isFull);
        if (leave !== null) riding.push({ origin, leave });
      }
    }),
  );
});
