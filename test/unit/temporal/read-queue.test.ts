import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { lackingWorker, lackingWorkers } from '../../../api/temporal/lacking-worker.ts';
import { readQueue } from '../../../temporal/read-queue.ts';

interface Seen {
  /** When each poller was, by the engine's clock, which shows another year. */
  readonly seenSeconds?: readonly number[];
  readonly oldestWaitsSeconds?: number;
}

function engineWith(queues: Readonly<Record<string, Seen>>): { readonly client: Client; readonly calls: () => number } {
  let calls = 0;
  const describeTaskQueue = async ({ taskQueue }: { taskQueue: { name: string } }) => {
    calls += 1;
    const { seenSeconds = [], oldestWaitsSeconds } = queues[taskQueue.name] ?? {};
    return {
      pollers: seenSeconds.map((seconds) => ({ lastAccessTime: { seconds } })),
      stats:
        oldestWaitsSeconds === undefined ? null : { approximateBacklogCount: 1, approximateBacklogAge: { seconds: oldestWaitsSeconds } },
    };
  };
  const client = {
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue },
    withDeadline: (_: number, call: () => unknown) => call(),
  };
  return { client: client as unknown as Client, calls: () => calls };
}

it.each([
  { heavy: [1_000], light: [1_030], isPolled: true },
  { heavy: [1_100, 700], light: [1_030], isPolled: true },
  { heavy: [900], light: [1_030], isPolled: false },
  { heavy: [], light: [1_030], isPolled: false },
])('tells by the engine’s own times that a queue polled at $heavy is polled: $isPolled', async ({ heavy, light, isPolled }) => {
  const { client } = engineWith({ heavy: { seenSeconds: heavy }, light: { seenSeconds: light } });
  expect(await readQueue(client, 'heavy', 'light')).toEqual({ isPolled, oldestWaitsMs: 0 });
});

it('takes the queue that is polled for sure for what it is', async () => {
  const polled = engineWith({ light: { seenSeconds: [1_030] } });
  expect(await readQueue(polled.client, 'light', 'light')).toMatchObject({ isPolled: true });
  expect(await readQueue(engineWith({}).client, 'light', 'light')).toMatchObject({ isPolled: false });
});

it('asks the engine once for many who want to know at about the same time', async () => {
  const { client, calls } = engineWith({ light: { seenSeconds: [1_030] } });
  await Promise.all([1, 2, 3].map(() => readQueue(client, 'light', 'light')));
  await readQueue(client, 'light', 'light');
  expect(calls()).toBe(1);
});

const light = { seenSeconds: [1_030] };

it('says which queue nobody polls', async () => {
  const { client } = engineWith({ light });
  expect(await lackingWorker(client, ['light', 'heavy'])).toEqual({
    queue: 'heavy',
    summary: 'No worker polls the queue "heavy", so that nothing on it runs: start one (tickless worker, or worker/main.ts).',
  });
  expect((await lackingWorkers(client)).map(({ queue }) => queue)).toEqual(['heavy', 'delivery']);
});

it('says since when nobody takes from a queue whose worker was killed a moment ago', async () => {
  const { client } = engineWith({ light, heavy: { seenSeconds: [1_020], oldestWaitsSeconds: 9 } });
  expect(await lackingWorker(client, ['heavy'])).toEqual({
    queue: 'heavy',
    summary: 'No worker has taken from the queue "heavy" for 9 s: it was ended, or all workers are too busy.',
  });
});

it('says nothing where tasks are taken in time', async () => {
  const polled = { seenSeconds: [1_020], oldestWaitsSeconds: 2 };
  expect(await lackingWorkers(engineWith({ light, heavy: polled, delivery: polled }).client)).toEqual([]);
});
