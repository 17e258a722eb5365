import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { BatchOfPage } from '../../domain/batch-work.ts';
import { UPLOAD_MEMO } from '../../temporal/durable/names.ts';
import { ifFound } from '../../temporal/engine-call.ts';

// An upload that hasn't become a batch by then never will.
const UPLOAD_MS = 24 * 3_600_000;

/** Asks the engine whether a page's batch goes on, or may still be started. Only reads. */
export function createIsBatchOpen(client: Client) {
  return async function isBatchOpen({ workflowId, upload, sinceMs }: BatchOfPage & { readonly sinceMs: number }): Promise<boolean> {
    const found = await ifFound(() => client.workflow.getHandle(workflowId).describe());
    if (found === null) return Context.current().info.scheduledTimestampMs - sinceMs < UPLOAD_MS;
    return found.memo?.[UPLOAD_MEMO] === upload && found.status.name === 'RUNNING';
  };
}
