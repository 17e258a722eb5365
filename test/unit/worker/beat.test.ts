import type { Context } from '@temporalio/activity';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beatEvery } from '../../../worker/beat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

const input = { args: [], headers: {} };

it('tells the engine of an activity while it takes long, and no longer', async () => {
  const heartbeat = vi.fn();
  const { inbound } = beatEvery(1_000)({ heartbeat } as unknown as Context);
  let end = (_result: unknown): void => undefined;
  const working = inbound?.execute?.(
    input,
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  await vi.advanceTimersByTimeAsync(900);
  expect(heartbeat).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(9_000);
  end('done');

  expect(await working).toBe('done');
  expect(heartbeat).toHaveBeenCalledTimes(9);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(heartbeat).toHaveBeenCalledTimes(9);
});

it('ends with an activity that fails', async () => {
  const heartbeat = vi.fn();
  const { inbound } = beatEvery(1_000)({ heartbeat } as unknown as Context);

  await expect(inbound?.execute?.(input, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(heartbeat).not.toHaveBeenCalled();
});
