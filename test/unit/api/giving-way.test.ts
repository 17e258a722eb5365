import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGivingWay } from '../../../api/giving-way.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const PATIENCE_MS = 2_000;
/** Whoever has a turn begins in a moment. */
const aMoment = () => vi.advanceTimersByTimeAsync(0);

function setUp({ isBusy = false } = {}) {
  const state = { isBusy };
  const begun: number[] = [];
  const inTurn = createGivingWay({ most: 2, isBusy: () => state.isBusy, patienceMs: PATIENCE_MS, now: Date.now });
  const work = (index: number, ms = 100) =>
    inTurn(async () => {
      begun.push(index);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return index;
    });
  return { state, begun, work };
}

it('works a few at once, in order, while nothing else goes on', async () => {
  const { begun, work } = setUp();
  const all = Promise.all([work(0), work(1), work(2), work(3)]);
  await aMoment();
  expect(begun).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toEqual([0, 1, 2, 3]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await all).toEqual([0, 1, 2, 3]);
});

it('works one at a time, with rests three times as long, while something else goes on', async () => {
  const { begun, work } = setUp({ isBusy: true });
  const all = Promise.all([work(0), work(1), work(2)]);
  await aMoment();
  expect(begun).toEqual([0]);
  await vi.advanceTimersByTimeAsync(399);
  expect(begun).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(500);
  expect(await all).toEqual([0, 1, 2]);
});

it('rests no longer once nothing else goes on', async () => {
  const { state, begun, work } = setUp({ isBusy: true });
  const first = work(0);
  await vi.advanceTimersByTimeAsync(100);
  await first;
  state.isBusy = false;
  const second = work(1);
  await aMoment();
  expect(begun).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await second).toBe(1);
});

it('gives its place to the next where work fails', async () => {
  const inTurn = createGivingWay({ most: 1, isBusy: () => false, patienceMs: PATIENCE_MS, now: Date.now });
  const failing = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(() => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

it('sends away who has waited for too long, and none of its work is begun', async () => {
  const { begun, work } = setUp();
  const long = [work(0, 10_000), work(1, 10_000)];
  const late = expect(work(2)).rejects.toMatchObject({ name: 'BusyError', message: expect.stringContaining('more to list') });
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  await late;
  await vi.advanceTimersByTimeAsync(10_000);
  await Promise.all(long);
  expect(begun).toEqual([0, 1]);
});
