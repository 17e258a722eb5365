import type { Client } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CANCEL_UPDATE } from '../../domain/durable-names.ts';
import type { Cancellation } from '../event-service.ts';
import { callEngine, isUnavailable, isNotFound } from './engine-call.ts';
import { readWorkflowEnd } from './history.ts';

const CANCEL_TIMEOUT_MS = 1_000;
// With the time before it less than the 2 s within which an absent engine is to be reported.
const SECOND_LOOK_TIMEOUT_MS = 800;

/**
 * Asks an event's workflow to end as cancelled. One that doesn't answer in time is in the middle of its stages; it is
 * told from when on to refuse, so that it isn't cancelled after we said no.
 * @throws EngineUnavailableError
 */
export async function cancelEvent(client: Client, workflowId: string): Promise<Cancellation> {
  try {
    await callEngine(client, CANCEL_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).executeUpdate(CANCEL_UPDATE, { args: [{ notAfterMs: Date.now() + CANCEL_TIMEOUT_MS }] }),
    );
    return 'cancelling';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error.cause);
    if (!isUnavailable(error) && !isNotFound(error)) throw error;
    const end = await readWorkflowEnd(client, { workflowId }, SECOND_LOOK_TIMEOUT_MS);
    if (end === null) return 'not_found';
    return end.kind === 'open' ? 'not_cancellable' : 'already_ended';
  }
}

function refusalOf(cause: unknown): Cancellation {
  return cause instanceof ApplicationFailure && cause.type === 'already_ended' ? 'already_ended' : 'not_cancellable';
}
