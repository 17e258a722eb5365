import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { readEngine } from './engine-call.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
// Pollers that went away are listed for 5 minutes; a live one asks anew at least once a minute.
const LIVE_WITHIN_MS = 90_000;

/**
 * Whether any worker takes workflow tasks of this queue.
 * @param livingQueue one that somebody polls for sure, as this process does: what is seen of it is how late it is for the engine, whose
 *   clock may differ from ours
 */
export async function hasPollers(client: Client, queue: string, livingQueue: string): Promise<boolean> {
  const [seenMs, livingMs] = await Promise.all([readPollers(client, queue), queue === livingQueue ? [] : readPollers(client, livingQueue)]);
  const nowMs = Math.max(...seenMs, ...livingMs);
  return seenMs.some((atMs) => nowMs - atMs < LIVE_WITHIN_MS);
}

/** When each was seen, by the engine's clock. */
async function readPollers(client: Client, queue: string): Promise<readonly number[]> {
  const { pollers } = await readEngine(client, 1_500, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    }),
  );
  return (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
}
