import { proxyActivities } from '@temporalio/workflow';
import type { AcceptedBatch } from '../domain/accepted-batch.ts';
import type { Batch } from '../domain/batch.ts';
import { lastUnitOf } from '../domain/batch-page.ts';
import { fromRanges } from '../domain/offsets.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { pageWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { IN_BACKGROUND } from './watched.ts';

const { tellCancelled } = proxyActivities<Activities>(IN_BACKGROUND);

export interface TellCancelledOptions {
  readonly accepted: AcceptedBatch;
  readonly batch: () => Batch;
  /** The first of those that have yet to be called back has been. */
  readonly onTold: () => void;
}

/** Has items called back that were cancelled before they were started. */
export function createTellCancelled({ accepted, batch, onTold }: TellCancelledOptions) {
  let isTelling = false;

  async function tellOneByOne(): Promise<void> {
    for (let [next] = batch().untold; next !== undefined; [next] = batch().untold) {
      const { page, ranges } = next;
      const items = fromRanges(ranges).map((offset) => ({ offset, run: runOf(page, offset) }));
      const pageId = pageWorkflowId(accepted, accepted.upload, page);
      await tellCancelled({ page: pageId, items, atMs: batch().cancelledAtMs ?? Date.now() });
      onTold();
    }
    isTelling = false;
  }

  /** The run that it would have been. */
  function runOf(page: number, offset: number): number {
    const of = batch().pages[page];
    return ((of && lastUnitOf(of, offset)?.runs) ?? 0) + 1;
  }

  return {
    isTelling: () => isTelling,
    tellAll() {
      if (isTelling || batch().untold.length === 0) return;
      isTelling = true;
      // Never rejects: it is tried again until it is done.
      void tellOneByOne();
    },
  };
}
