import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTrials } from '../../../activities/callbacks/trials.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const origin = 'https://shop.example';

it('lets one try an origin, and others hear of its end', async () => {
  const trials = createTrials(Date.now);
  expect(await trials.heardOf(origin)).toBe(true);
  const end = trials.begin(origin);
  expect(trials.begin(origin)).toBeNull();
  expect(trials.begin('https://other.example')).not.toBeNull();
  const heard = trials.heardOf(origin);
  vi.advanceTimersByTime(99);
  end?.();
  expect(await heard).toBe(true);
  expect(trials.begin(origin)).not.toBeNull();
});

it('lets the next one try where the last takes long, for which nobody waits longer', async () => {
  const trials = createTrials(Date.now);
  const endFirst = trials.begin(origin);
  const heard = trials.heardOf(origin);
  await vi.advanceTimersByTimeAsync(100);
  expect(await heard).toBe(false);
  expect(trials.begin(origin)).not.toBeNull();
  // The first one’s end is not the second’s.
  endFirst?.();
  expect(trials.begin(origin)).toBeNull();
});
