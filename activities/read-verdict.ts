import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunRecord } from '../domain/chunk.ts';
import { ACTIVITY_READ_TIMEOUT_MS, readWorkflowEnd } from '../temporal/history.ts';
import { readLeft } from '../temporal/read-chunk.ts';

/**
 * What the workflow of a run that is alone has left at its end; null where it left nothing. Only reads.
 * @throws ApplicationFailure, to be tried again, while it is open
 */
export function createReadVerdict(client: Client) {
  return async function readVerdict({ workflowId }: { readonly workflowId: string }): Promise<RunRecord | null> {
    const end = await readWorkflowEnd(client, { workflowId }, ACTIVITY_READ_TIMEOUT_MS);
    if (end?.kind === 'open') throw ApplicationFailure.retryable(`"${workflowId}" has not ended`);
    return end && readLeft(client, { workflowId }, end);
  };
}
