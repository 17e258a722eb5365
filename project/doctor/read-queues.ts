import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { CALL_TIMEOUT_MS } from './call-timeout.ts';
import { NEEDED } from './check-queues.ts';
import type { QueueReading } from './check-queues.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
const TYPES = { workflow: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, activity: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY };

/** What the engine knows of those who poll the queues that a service needs. */
export function readQueues(client: Client): Promise<readonly QueueReading[]> {
  return Promise.all(NEEDED.map((needed) => readQueue(client, needed)));
}

export async function readQueue(client: Client, { queue, kind }: Pick<QueueReading, 'queue' | 'kind'>): Promise<QueueReading> {
  const { pollers, stats } = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: TYPES[kind],
      reportPollers: true,
      reportStats: true,
    }),
  );
  const waits = Number(stats?.approximateBacklogCount ?? 0) > 0;
  return {
    queue,
    kind,
    pollers: (pollers ?? []).map(({ identity, lastAccessTime, deploymentOptions, workerVersionCapabilities }) => ({
      identity: identity ?? '',
      build: deploymentOptions?.buildId || workerVersionCapabilities?.buildId || null,
      seenMs: optionalTsToMs(lastAccessTime) ?? 0,
    })),
    oldestWaitsMs: waits ? (optionalTsToMs(stats?.approximateBacklogAge) ?? 0) : 0,
  };
}
