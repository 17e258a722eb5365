import { describe, expect, it } from 'vitest';
import { createOriginSlots, type Slot } from '../../../activities/callback/origin-slots.ts';

const LONG = { waitMs: 60_000 };

function granted(slot: Slot) {
  if (slot.kind !== 'granted') throw new Error(`the slot is ${slot.kind}`);
  return slot;
}

describe('createOriginSlots', () => {
  it('grants at once while there are slots, per origin', async () => {
    const slots = createOriginSlots(2);
    const kinds = await Promise.all(['a', 'a', 'b'].map(async (origin) => (await slots.take(origin, { waitMs: 0 })).kind));
    expect(kinds).toEqual(['granted', 'granted', 'granted']);
  });

  it('is busy when none becomes free in time', async () => {
    const slots = createOriginSlots(1);
    await slots.take('a', LONG);
    expect(await slots.take('a', { waitMs: 1 })).toEqual({ kind: 'busy' });
  });

  it('hands slots on in the order of asking', async () => {
    const slots = createOriginSlots(1);
    const first = granted(await slots.take('a', LONG));
    const order: number[] = [];
    const waiters = [1, 2, 3].map(async (number) => {
      const slot = granted(await slots.take('a', LONG));
      order.push(number);
      slot.release();
    });
    first.release();
    await Promise.all(waiters);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets no newcomer pass between a release and the one that waits', async () => {
    const slots = createOriginSlots(1);
    const first = granted(await slots.take('a', LONG));
    const waiter = slots.take('a', LONG);
    first.release();
    expect(await slots.take('a', { waitMs: 0 })).toEqual({ kind: 'busy' });
    expect((await waiter).kind).toBe('granted');
  });

  it('lets an aborted one go and gives its turn to the next', async () => {
    const slots = createOriginSlots(1);
    const first = granted(await slots.take('a', LONG));
    const leaving = new AbortController();
    const aborted = slots.take('a', { ...LONG, signal: leaving.signal });
    const next = slots.take('a', { ...LONG, signal: new AbortController().signal });
    leaving.abort();
    expect(await aborted).toEqual({ kind: 'aborted' });
    first.release();
    expect((await next).kind).toBe('granted');
  });

  it('gives nothing to a caller that is aborted already', async () => {
    expect(await createOriginSlots(1).take('a', { ...LONG, signal: AbortSignal.abort() })).toEqual({ kind: 'aborted' });
  });

  it('has all its slots again after they were released', async () => {
    const slots = createOriginSlots(1);
    granted(await slots.take('a', LONG)).release();
    expect((await slots.take('a', { waitMs: 0 })).kind).toBe('granted');
  });
});
