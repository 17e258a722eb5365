import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { delay } from '../../../handlers/delay.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const DAY_MS = 24 * 3_600_000;

it('waits also for longer than a timer can', async () => {
  const { signal } = new AbortController();
  const over = vi.fn();
  void delay(60 * DAY_MS, signal).then(over);

  await vi.advanceTimersByTimeAsync(60 * DAY_MS - 1);
  expect(over).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toHaveBeenCalledOnce();
});

it.each([
  ['before it', true],
  ['meanwhile', false],
])('ends with the reason of a signal that aborts %s, and leaves no timer', async (_when, isEarly) => {
  const stop = new AbortController();
  const reason = new Error('enough');
  if (isEarly) stop.abort(reason);
  const waiting = delay(1_000, stop.signal);
  stop.abort(reason);

  await expect(waiting).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

it('doesn’t pass a signal that has aborted, however short it is', async () => {
  await delay(0, new AbortController().signal);
  await expect(delay(0, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
