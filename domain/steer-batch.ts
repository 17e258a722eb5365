import { isOver, move, pageAt, withPage, withUntold } from './batch.ts';
import type { Batch } from './batch.ts';
import { offsetsOf, withMarks } from './batch-page.ts';
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
  return batch.pages[steer.page]?.marks[steer.offset] === 'p' ? null : 'not_cancellable';
}

export function pauseBatch(batch: Batch): Batch {
  return batch.isCancelled ? batch : { ...batch, isPaused: true };
}

export function resumeBatch(batch: Batch): Batch {
  return { ...batch, isPaused: false };
}

/** What is pending never starts; what runs has an end of its own. */
export function cancelBatch(batch: Batch, atMs: number): Batch {
  const { counts } = batch;
  return {
    ...batch,
    isPaused: false,
    isCancelled: true,
    cancelledAtMs: atMs,
    delayed: [],
    untold: batch.pages.reduce(
      (untold, page, number) => withUntold(untold, page, number, page.calls ? offsetsOf('p', page) : []),
      batch.untold,
    ),
    pages: batch.pages.map((page) => ({ ...page, marks: page.marks.replaceAll('p', 'x') })),
    counts: move(counts, 'pending', 'cancelled', counts.pending),
  };
}

/** One that is no longer pending stays as it is. */
export function cancelItem(batch: Batch, page: number, offset: number, atMs: number): Batch {
  const of = pageAt(batch, page);
  if (of.marks[offset] !== 'p') return batch;
  return {
    ...withPage(batch, page, { marks: withMarks(of, [offset], () => 'x') }),
    cancelledAtMs: atMs,
    untold: withUntold(batch.untold, of, page, [offset]),
    counts: move(batch.counts, 'pending', 'cancelled', 1),
  };
}

/** The first of those that have yet to be called back has been. */
export function toldFirst(batch: Batch): Batch {
  return { ...batch, untold: batch.untold.slice(1) };
}

/** The failed items are pending again, and only they; an ended batch goes on as its next run, which nobody has paused. */
export function retryFailed(batch: Batch): Batch {
  const { counts } = batch;
  if (counts.failed === 0) return batch;
  const over = isOver(batch);
  return {
    ...batch,
    isPaused: batch.isPaused && !over,
    isCancelled: false,
    firstPage: 0,
    run: over ? batch.run + 1 : batch.run,
    pages: batch.pages.map((page) => ({ ...page, marks: page.marks.replaceAll('f', 'p') })),
    counts: move(counts, 'failed', 'pending', counts.failed),
    failures: {},
  };
}
