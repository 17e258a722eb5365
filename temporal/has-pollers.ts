import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { readEngine } from './engine-call.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
// Pollers that went away are listed for 5 minutes; a live one asks anew at least once a minute.
const LIVE_WITHIN_MS = 90_000;

/** Whether any worker takes workflow tasks of this queue. */
export async function hasPollers(client: Client, queue: string): Promise<boolean> {
  const { pollers } = await readEngine(client, 1_500, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    }),
  );
  const seenMs = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
  return seenMs.some((atMs) => Date.now() - atMs < LIVE_WITHIN_MS);
}
