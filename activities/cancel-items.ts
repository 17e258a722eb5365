import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { CANCEL_UPDATE } from '../temporal/durable/names.ts';
import { isNotFound } from '../temporal/engine-call.ts';
import { mapAtMost } from '../domain/map-at-most.ts';

const ANSWER_WITHIN_MS = 10_000;
const AT_ONCE = 20;

/**
 * Asks items with workflows of their own to end as cancelled: by Update, since a cancel request would have a task that runs
 * local activities run again. One that refuses, or has ended, comes to its own end. Repeated, it changes nothing.
 */
export function createCancelItems(client: Client) {
  return async function cancelItems({ workflowIds }: { readonly workflowIds: readonly string[] }): Promise<void> {
    await mapAtMost(workflowIds, AT_ONCE, (workflowId) => cancelItem(client, workflowId));
  };
}

async function cancelItem(client: Client, workflowId: string): Promise<void> {
  try {
    await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => client.workflow.getHandle(workflowId).executeUpdate(CANCEL_UPDATE));
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError) && !isNotFound(error)) throw error;
  }
}
