import type { Client } from '@temporalio/client';
import type { Hold } from '../../domain/batch-work.ts';
import { HOLD_MEMO } from '../../temporal/durable/names.ts';
import { ifFound } from '../../temporal/engine-call.ts';

/**
 * Asks the engine whether a batch is paused or cancelled, as its memo says: nothing waits for the batch's own tasks. One that
 * was ended by force is as good as paused. Only reads.
 */
export function createReadHold(client: Client) {
  return async function readHold({ workflowId }: { readonly workflowId: string }): Promise<Hold> {
    const found = await ifFound(() => client.workflow.getHandle(workflowId).describe());
    return found?.status.name === 'RUNNING' ? ((found.memo?.[HOLD_MEMO] as Hold | undefined) ?? 'none') : 'paused';
  };
}
