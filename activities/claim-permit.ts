import type { Client } from '@temporalio/client';
import type { ClaimMessage } from '../temporal/durable/activities.ts';
import { limitStart } from '../temporal/durable/limit-start.ts';
import { CLAIM_SIGNAL, WORKFLOWS } from '../temporal/durable/names.ts';

/** Starts the workflow of a key with a claim in it, or sends the claim to the one that runs. A claim counts once a run. */
export function createClaimPermit(client: Client) {
  return async function claimPermit({ need, claim }: ClaimMessage): Promise<void> {
    await client.workflow.signalWithStart(WORKFLOWS.limitConcurrency, {
      ...limitStart(need),
      signal: CLAIM_SIGNAL,
      signalArgs: [{ need, claim }],
    });
  };
}
