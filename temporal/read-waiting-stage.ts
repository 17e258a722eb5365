import type { Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { readEngine } from './engine-call.ts';
import type { Execution } from './history.ts';

// The API's PENDING_ACTIVITY_STATE_SCHEDULED.
const SCHEDULED: number = 1;

/** Since when a stage of a workflow's stands in its queue, which no worker has taken from there yet, by the engine's clock; null where none does. */
export async function readWaitingStage(client: Client, execution: Execution, stage: string, timeoutMs: number): Promise<number | null> {
  const { workflowId, runId } = execution;
  const { raw } = await readEngine(client, timeoutMs, () => client.workflow.getHandle(workflowId, runId).describe());
  const waiting = raw.pendingActivities?.find(({ activityType, state }) => activityType?.name === stage && Number(state) === SCHEDULED);
  return optionalTsToMs(waiting?.scheduledTime) ?? null;
}
