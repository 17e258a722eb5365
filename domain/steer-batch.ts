import type { Batch } from './batch.ts';
import { cancelBatch, cancelItem, isOver, pauseBatch, resumeBatch, retryFailed } from './batch.ts';
import type { SteerInput } from './batch-work.ts';

/** The batch as it is told to be. */
export function steerBatch(batch: Batch, steer: SteerInput, atMs: number): Batch {
  if (steer.action === 'pause') return pauseBatch(batch);
  if (steer.action === 'resume') return resumeBatch(batch);
  if (steer.action === 'cancel') return cancelBatch(batch, atMs);
  if (steer.action === 'cancel-item') return cancelItem(batch, steer.page, steer.offset, atMs);
  return retryFailed(batch);
}

/** Why it can't be told so; null where it can. An item that has been started has a workflow that can be told. */
export function refusalToSteer(batch: Batch, steer: SteerInput): 'already_ended' | 'not_cancellable' | null {
  if (isOver(batch) && steer.action !== 'retry-failed') return 'already_ended';
  if (steer.action !== 'cancel-item') return null;
  return batch.pages[steer.page]?.letters[steer.offset] === 'p' ? null : 'not_cancellable';
}
