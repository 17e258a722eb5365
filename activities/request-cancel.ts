import type { Client } from '@temporalio/client';
import type { WorkflowReference } from '../domain/event-resource.ts';

/** Asks the engine to cancel a run. Asked twice it does nothing more. */
export function createRequestCancel(client: Client) {
  return async function requestCancel({ id, runId }: WorkflowReference): Promise<void> {
    await client.workflow.getHandle(id, runId).cancel();
  };
}
