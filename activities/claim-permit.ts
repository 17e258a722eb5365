import type { Client } from '@temporalio/client';
import type { ClaimMessage } from '../temporal/durable/activities.ts';
import { CLAIM_SIGNAL, TASK_QUEUES, WORKFLOWS } from '../temporal/durable/names.ts';
import { limitWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { createPermits } from '../domain/permits.ts';

/** Starts the workflow of a key with a claim in it, or sends the claim to the one that runs. A claim counts once a run. */
export function createClaimPermit(client: Client) {
  return async function claimPermit({ need, claim }: ClaimMessage): Promise<void> {
    await client.workflow.signalWithStart(WORKFLOWS.limitConcurrency, {
      workflowId: limitWorkflowId(need.key),
      taskQueue: TASK_QUEUES.heavy,
      args: [{ key: need.key, permits: createPermits(need.capacity, need.reserved, need.longestWaitMs) }],
      signal: CLAIM_SIGNAL,
      signalArgs: [{ need, claim }],
      // All who wait for this key wait for its task when its worker is killed.
      workflowTaskTimeout: '2s',
      staticSummary: `permits of ${need.key}`,
    });
  };
}
