import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { hasPollers } from '../../../temporal/has-pollers.ts';

/** An engine whose clock shows another year, and when it saw each queue's pollers. */
function engineWith(seenSeconds: Readonly<Record<string, readonly number[]>>): Client {
  const describeTaskQueue = async ({ taskQueue }: { taskQueue: { name: string } }) => ({
    pollers: seenSeconds[taskQueue.name]?.map((seconds) => ({ lastAccessTime: { seconds } })),
  });
  const client = {
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue },
    withDeadline: (_: number, call: () => unknown) => call(),
  };
  return client as unknown as Client;
}

it.each([
  { heavy: [1_000], light: [1_030], isPolled: true },
  { heavy: [1_100, 700], light: [1_030], isPolled: true },
  { heavy: [900], light: [1_030], isPolled: false },
  { heavy: [], light: [1_030], isPolled: false },
])('tells by the engine’s own times that a queue polled at $heavy is polled: $isPolled', async ({ heavy, light, isPolled }) => {
  expect(await hasPollers(engineWith({ heavy, light }), 'heavy', 'light')).toBe(isPolled);
});

it('takes the queue that is polled for sure for what it is', async () => {
  expect(await hasPollers(engineWith({ light: [1_030] }), 'light', 'light')).toBe(true);
  expect(await hasPollers(engineWith({}), 'light', 'light')).toBe(false);
});
