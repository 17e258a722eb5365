import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedBatch } from '../../domain/accepted-batch.ts';
import { retryFailed } from '../../domain/batch.ts';
import type { BatchAction, BatchInput, BatchResult } from '../../domain/batch-work.ts';
import { STEER_BATCH_UPDATE } from '../../domain/durable-names.ts';
import type { Steering } from '../batch-service.ts';
import { callEngine, isNotFound } from './engine-call.ts';
import { readWorkflowEnd, readWorkflowInput } from './history.ts';
import { startBatchWorkflow } from './start-batch.ts';

const UPDATE_TIMEOUT_MS = 1_800;

/**
 * Tells a batch's workflow what to do. One that has ended is started anew where there is something to retry.
 * @throws EngineUnavailableError
 */
export async function steerBatch(client: Client, workflowId: string, action: BatchAction): Promise<Steering> {
  try {
    await callEngine(client, UPDATE_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).executeUpdate(STEER_BATCH_UPDATE, { args: [{ action }] }),
    );
    return 'done';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
    if (!isNotFound(error)) throw error;
    const end = await readWorkflowEnd(client, { workflowId });
    if (end === null) return 'not_found';
    if (action !== 'retry-failed' || end.kind !== 'completed') return 'already_ended';
    return retryEnded(client, workflowId, end.result as BatchResult);
  }
}

/** All of an ended batch is in its result but what it was asked for, which its last run's input has. */
async function retryEnded(client: Client, workflowId: string, { batch, startedAtMs }: BatchResult): Promise<Steering> {
  if (batch.counts.failed === 0) return 'done';
  const { accepted } = (await readWorkflowInput(client, { workflowId })) as { readonly accepted: AcceptedBatch };
  const { memo } = await callEngine(client, UPDATE_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).describe());
  const progress: BatchInput['progress'] = { batch: retryFailed(batch), startedAtMs, pace: [] };
  try {
    await startBatchWorkflow(client, { accepted, progress }, { memo: memo ?? {}, isNew: false });
  } catch (error) {
    // Somebody else asked for the same at the same time.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return 'done';
}

function refusalOf({ cause }: WorkflowUpdateFailedError): Steering {
  if (cause instanceof ApplicationFailure && cause.type === 'already_ended') return 'already_ended';
  throw cause ?? new Error('the batch refused the update');
}
