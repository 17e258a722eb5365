import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { resumeBatch, retryFailed } from '../../domain/steer-batch.ts';
import type { SteerInput } from '../../domain/batch-work.ts';
import { STEER_BATCH_UPDATE } from '../../temporal/durable/names.ts';
import type { Steering } from '../batch-service.ts';
import type { BatchReader, LeftBatch } from './batch-reader.ts';
import { callEngine, isNotFound, readEngine } from '../../temporal/engine-call.ts';
import { startBatchWorkflow } from './start-batch.ts';

const UPDATE_TIMEOUT_MS = 1_800;

type Verdict = Steering | 'not_cancellable';

/**
 * Tells a batch's workflow what to do. One that has ended is started anew where there is something to retry.
 * @throws EngineUnavailableError
 */
export async function steerBatch(client: Client, reader: BatchReader, workflowId: string, steer: SteerInput): Promise<Verdict> {
  try {
    await callEngine(client, UPDATE_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).executeUpdate<void, [SteerInput]>(STEER_BATCH_UPDATE, { args: [steer] }),
    );
    return 'done';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
    if (!isNotFound(error)) throw error;
    const left = await reader.left(workflowId);
    if (left === null) return 'not_found';
    return steer.action === 'retry-failed' ? retryEnded(client, workflowId, left) : 'already_ended';
  }
}

/**
 * Has an ended batch go on with what failed, and one that was ended by force with all that it had left. Two who do so at once
 * may both begin with what the same run left: the later one finds each unit that the other has started, and runs none again.
 */
async function retryEnded(client: Client, workflowId: string, { accepted, byItself, batch, startedAtMs }: LeftBatch): Promise<Verdict> {
  if (byItself && batch.counts.failed === 0) return 'done';
  const { memo } = await readEngine(client, UPDATE_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).describe());
  const progress = { batch: resumeBatch(retryFailed(batch)), startedAtMs, pace: [] };
  try {
    await startBatchWorkflow(client, { accepted, progress, renewFrom: 0 }, { memo: memo ?? {}, isNew: false });
  } catch (error) {
    // Somebody else asked for the same at the same time.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return 'done';
}

function refusalOf({ cause }: WorkflowUpdateFailedError): Verdict {
  if (cause instanceof ApplicationFailure && (cause.type === 'already_ended' || cause.type === 'not_cancellable')) return cause.type;
  throw cause ?? new Error('the batch refused the update');
}
