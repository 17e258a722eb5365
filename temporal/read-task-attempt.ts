import type { Client } from '@temporalio/client';
import { readEngine } from './engine-call.ts';
import type { Execution } from './history.ts';

/** How often the engine has given out the workflow task that an execution waits for or is at, this time included; 1 where it has none. */
export async function readTaskAttempt(client: Client, execution: Execution, timeoutMs: number): Promise<number> {
  const { pendingWorkflowTask } = await readEngine(client, timeoutMs, () =>
    client.workflowService.describeWorkflowExecution({ namespace: client.options.namespace, execution }),
  );
  return pendingWorkflowTask?.attempt ?? 1;
}
