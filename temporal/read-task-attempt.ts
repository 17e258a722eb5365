import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { readEngine } from './engine-call.ts';
import type { Execution } from './history.ts';

export interface TaskAttempt {
  /** How often the engine has given out the task that a workflow is at, this time included; 1 where it has none. */
  readonly attempt: number;
  /** From its first attempt to this one, by the engine's clock. */
  readonly lostMs: number;
}

/** Of the workflow task that an execution waits for or is at. */
export async function readTaskAttempt(client: Client, execution: Execution, timeoutMs: number): Promise<TaskAttempt> {
  const { pendingWorkflowTask: task } = await readEngine(client, timeoutMs, () =>
    client.workflowService.describeWorkflowExecution({ namespace: client.options.namespace, execution }),
  );
  const { originalScheduledTime: first, startedTime: started } = task ?? {};
  return { attempt: task?.attempt ?? 1, lostMs: first && started ? Math.max(0, tsToMs(started) - tsToMs(first)) : 0 };
}
