import type { Client } from '@temporalio/client';
import { isProgress, toProgress } from '../domain/event-run.ts';
import type { Progress } from '../domain/event-run.ts';
import type { Stage } from '../domain/stage.ts';
import { decodeFirst } from './decode.ts';
import { readEngine } from './engine-call.ts';
import type { Execution } from './history.ts';

/** What the attempt that a workflow waits for has said last of its stage. */
export interface Heartbeat {
  readonly stage: Stage;
  readonly progress: Progress;
}

/** Null where no attempt is under way that has said anything. */
export async function readHeartbeat(client: Client, { workflowId, runId }: Execution): Promise<Heartbeat | null> {
  const { raw } = await readEngine(client, 1_500, () => client.workflow.getHandle(workflowId, runId).describe());
  for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
    const progress = await decodeFirst(client, { workflowId, activity: { isLocal: false } }, heartbeatDetails);
    if (isProgress(progress)) return { stage: activityType?.name ?? '', progress: toProgress(progress) };
  }
  return null;
}
