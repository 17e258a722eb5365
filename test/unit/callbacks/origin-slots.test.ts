import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOriginSlots, type OriginSlots, type Slot } from '../../../activities/callbacks/origin-slots.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';

afterEach(() => vi.useRealTimers());

const LONG = { waitMs: 60_000 };
const WELL: CallbackAttempt = { at: '', status: 204, durationMs: 1, error: null };
const TOO_MUCH: CallbackAttempt = { ...WELL, status: 503, error: 'http_503' };

function granted(slot: Slot) {
  if (slot.kind !== 'granted') throw new Error(`the slot is ${slot.kind}`);
  return slot;
}

describe('createOriginSlots', () => {
  it('grants at once while there are slots, per origin', async () => {
    const slots = createOriginSlots(2, Date.now);
    const kinds = await Promise.all(['a', 'a', 'b'].map(async (origin) => (await slots.take(origin, { waitMs: 0 })).kind));
    expect(kinds).toEqual(['granted', 'granted', 'granted']);
  });

  it('is busy when none becomes free in time', async () => {
    const slots = createOriginSlots(1, Date.now);
    await slots.take('a', LONG);
    expect(await slots.take('a', { waitMs: 1 })).toEqual({ kind: 'busy' });
  });

  it('hands slots on in the order of asking', async () => {
    const slots = createOriginSlots(1, Date.now);
    const first = granted(await slots.take('a', LONG));
    const order: number[] = [];
    const waiters = [1, 2, 3].map(async (number) => {
      const slot = granted(await slots.take('a', LONG));
      order.push(number);
      slot.release(WELL);
    });
    first.release(WELL);
    await Promise.all(waiters);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets no newcomer pass between a release and the one that waits', async () => {
    const slots = createOriginSlots(1, Date.now);
    const first = granted(await slots.take('a', LONG));
    const waiter = slots.take('a', LONG);
    first.release(WELL);
    expect(await slots.take('a', { waitMs: 0 })).toEqual({ kind: 'busy' });
    expect((await waiter).kind).toBe('granted');
  });

  it('lets an aborted one go and gives its turn to the next', async () => {
    const slots = createOriginSlots(1, Date.now);
    const first = granted(await slots.take('a', LONG));
    const leaving = new AbortController();
    const aborted = slots.take('a', { ...LONG, signal: leaving.signal });
    const next = slots.take('a', { ...LONG, signal: new AbortController().signal });
    leaving.abort();
    expect(await aborted).toEqual({ kind: 'aborted' });
    first.release(WELL);
    expect((await next).kind).toBe('granted');
  });

  it('gives nothing to a caller that is aborted already', async () => {
    expect(await createOriginSlots(1, Date.now).take('a', { ...LONG, signal: AbortSignal.abort() })).toEqual({ kind: 'aborted' });
  });

  it('has all its slots again after they were released', async () => {
    const slots = createOriginSlots(1, Date.now);
    granted(await slots.take('a', LONG)).release(WELL);
    expect((await slots.take('a', { waitMs: 0 })).kind).toBe('granted');
  });

  it('has more for an origin that answers well while others wait, and no newcomer before those', async () => {
    const { slots, taken } = await askFor(40);
    expect(taken).toHaveLength(16);
    for (const slot of taken.splice(0, 8)) slot.release(WELL);
    const newcomer = slots.take('a', { waitMs: 0 });
    await vi.advanceTimersByTimeAsync(0);
    expect(await newcomer).toEqual({ kind: 'busy' });
    // Eight have gone, and eight more may be open than before.
    expect(taken).toHaveLength(24);
    expect([slots.connectionsTo('a'), slots.connectionsTo('b')]).toEqual([24, 16]);
  });

  it('has no more than it may', async () => {
    const { slots, taken } = await askFor(40, 20);
    for (const slot of taken.splice(0, 8)) slot.release(WELL);
    await settled();
    expect(taken).toHaveLength(20);
    expect(slots.connectionsTo('a')).toBe(20);
  });

  it('has half of them for an origin that it was too much for, once so many have ended', async () => {
    const { slots, taken } = await askFor(80);
    for (const slot of taken.splice(0, 16)) slot.release(WELL);
    await settled();
    expect(taken).toHaveLength(32);
    for (const slot of taken.splice(0, 10)) slot.release(TOO_MUCH);
    await settled();
    // Those who wait get no place until fewer than that are open; of those that were open the first said it all.
    expect([taken.length, slots.connectionsTo('a')]).toEqual([22, 16]);
    for (const slot of taken.splice(0, 7)) slot.release(WELL);
    await settled();
    expect([taken.length, slots.connectionsTo('a')]).toEqual([16, 16]);
  });

  it('remembers for a minute how many an origin bore', async () => {
    vi.useFakeTimers();
    const slots = createOriginSlots(128, Date.now);
    await useUp(slots, 'a');
    expect(slots.connectionsTo('a')).toBe(17);
    vi.advanceTimersByTime(59_999);
    expect(slots.connectionsTo('a')).toBe(17);
    granted(await slots.take('a', LONG)).release(null);
    vi.advanceTimersByTime(60_000);
    expect(slots.connectionsTo('a')).toBe(16);
  });

  it('remembers ten thousand origins', async () => {
    vi.useFakeTimers();
    const slots = createOriginSlots(128, Date.now);
    for (let nth = 0; nth <= 10_000; nth += 1) await useUp(slots, `${nth}`);
    expect(['0', '1', '10000'].map((name) => slots.connectionsTo(name))).toEqual([16, 17, 17]);
  });
});

/** Asks for so many slots of one origin, and keeps those that are granted. */
async function askFor(count: number, maxConnections = 128) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const slots = createOriginSlots(maxConnections, Date.now);
  const taken: ReturnType<typeof granted>[] = [];
  for (let nth = 0; nth < count; nth += 1) void slots.take('a', LONG).then((slot) => slot.kind === 'granted' && taken.push(slot));
  await settled();
  return { slots, taken };
}

/** Has all of an origin's first connections open, and one of them answered well. */
async function useUp(slots: OriginSlots, origin: string): Promise<void> {
  const taken = await Promise.all(Array.from({ length: 16 }, () => slots.take(origin, LONG)));
  for (const [index, slot] of taken.entries()) granted(slot).release(index === 0 ? WELL : null);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
