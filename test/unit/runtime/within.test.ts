import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from '../../../runtime/within.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it('gives what a promise comes to in time', async () => {
  expect(await within(Promise.resolve(1), 10)).toBe(1);
  await expect(within(Promise.reject(new Error('no')), 10)).rejects.toThrow('no');
});

it('gives null where it takes longer, whatever it comes to', async () => {
  const late = within(new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 20)), 10);
  await vi.advanceTimersByTimeAsync(10);
  expect(await late).toBeNull();
  await vi.advanceTimersByTimeAsync(10);
});
