import type { Client } from '@temporalio/client';
import { isProgress, toProgress } from '../domain/event-run.ts';
import type { Progress } from '../domain/event-run.ts';
import { decodeFirst } from './decode.ts';
import { readEngine } from './engine-call.ts';
import type { Execution } from './history.ts';

/** The progress in the last heartbeat of the activity a workflow waits for; null when there is none. */
export async function readHeartbeat(client: Client, { workflowId, runId }: Execution): Promise<Progress | null> {
  const { raw } = await readEngine(client, 1_500, () => client.workflow.getHandle(workflowId, runId).describe());
  for (const { heartbeatDetails } of raw.pendingActivities ?? []) {
    const progress = await decodeFirst(client, { workflowId, activity: { isLocal: false } }, heartbeatDetails);
    if (isProgress(progress)) return toProgress(progress);
  }
  return null;
}
