import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWakeParked } from '../../../activities/wake-parked.ts';

const destination = { tenant: 'default', origin: 'https://shop.example' };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => vi.useRealTimers());

/** Parked deliveries, of which some have ended; and which was woken when. */
function prepare(parked: readonly string[], ended: readonly string[] = []) {
  const woken: (readonly [string, number])[] = [];
  const signal = async (workflowId: string): Promise<void> => {
    if (ended.includes(workflowId)) throw new WorkflowNotFoundError('gone', workflowId, undefined);
    woken.push([workflowId, Date.now()]);
  };
  const client = {
    workflow: {
      list: () => parked.map((workflowId) => ({ workflowId })),
      getHandle: (workflowId: string) => ({ signal: () => signal(workflowId) }),
    },
  };
  return { woken, wakeParked: createWakeParked(client as unknown as Client) };
}

it('wakes at the pace, also from one call to the next', async () => {
  const { woken, wakeParked } = prepare(['a', 'b', 'c', 'd'], ['b']);
  const waking = (async () => {
    const first = await wakeParked({ destination, atMost: 2, perSecond: 2, isProbe: false });
    return [first, await wakeParked({ destination, atMost: 1, perSecond: 2, isProbe: false })];
  })();
  await vi.advanceTimersByTimeAsync(1_500);

  expect(await waking).toEqual([{ woken: 2 }, { woken: 1 }]);
  expect(woken).toEqual([
    ['a', 0],
    ['c', 500],
    ['a', 1_000],
  ]);
});

it('wakes one as a probe, and waits for nothing', async () => {
  const { woken, wakeParked } = prepare(['a', 'b']);

  expect(await wakeParked({ destination, atMost: 1, perSecond: 1, isProbe: true })).toEqual({ woken: 1 });
  expect(woken).toEqual([['a', 0]]);
});
