import type { EventEmitter } from 'node:events';
import proto from '@temporalio/proto';
import type { coresdk } from '@temporalio/proto';
import type { InjectedSinks, Worker } from '@temporalio/worker';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { acceptRun } from '../domain/event-run.ts';
import { fromRanges } from '../domain/offsets.ts';
import { rejectedEvent } from '../domain/rejected-item.ts';
import { runEndOf } from '../domain/run-end.ts';
import type { RunEnd } from '../domain/run-end.ts';
import type { CancelledEnds, EndSinks, ItemEnds } from '../temporal/durable/end-sinks.ts';
import { tenantOfPage } from '../temporal/durable/workflow-ids.ts';
import type { StoredPage } from '../temporal/read-page.ts';

export interface CountEndsOptions {
  /** Told of each verdict once, after the engine has it on record. */
  readonly observeEnd: (end: RunEnd) => void;
  readonly readPage: (workflowId: string) => Promise<StoredPage>;
}

export interface EndCounter {
  /** What workflows call. */
  readonly sinks: InjectedSinks<EndSinks>;
  /** Has the ends counted of the workflows that this worker runs. @throws Error where the SDK doesn't tell of them as we know it */
  watch(worker: Worker): void;
}

const { WORKFLOW_EXECUTION_ENDING } = proto.coresdk.workflow_activation.RemoveFromCache.EvictionReason;
const READ_AGAIN_MS = 1_000;
const MOST_READS = 60;

/**
 * Counts verdicts where they are recorded: a workflow tells of those that end with it, and they are counted when the SDK drops it from
 * its cache because the engine has taken its last task. A task that was lost, refused, or given to another process counts nothing here:
 * no verdict is counted twice, whoever is killed. What a process had yet to count when it was killed is counted nowhere.
 */
export function createEndCounter({ observeEnd, readPage }: CountEndsOptions): EndCounter {
  // What to count, by the workflow's run. Each is taken out when its workflow leaves the cache, so that there are no more than that holds.
  const told = new Map<string, () => void>();

  function countItems({ page, items }: ItemEnds): void {
    void readAtLast(page).then((stored) => {
      for (const { offset, state } of items) {
        const event = eventAt(stored, page, offset);
        const end = event === null || state === undefined ? null : runEndOf({ ...state, event });
        if (end !== null) observeEnd(end);
      }
    }, ignore);
  }

  function countCancelled({ pages, cancelled }: CancelledEnds): void {
    for (const { page: number, ranges } of cancelled) {
      const page = pages[number] ?? '';
      void readAtLast(page).then((stored) => {
        for (const offset of fromRanges(ranges)) {
          const event = eventAt(stored, page, offset);
          const end = event === null ? null : runEndOf({ ...acceptRun(event), phase: { status: 'cancelled', endedAtMs: 0 } });
          if (end !== null) observeEnd(end);
        }
      }, ignore);
    }
  }

  /** The engine may be away for a while. */
  async function readAtLast(page: string): Promise<StoredPage> {
    for (let reads = 1; ; reads += 1) {
      try {
        return await readPage(page);
      } catch (error) {
        if (reads === MOST_READS) throw error;
        await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS).unref());
      }
    }
  }

  return {
    sinks: {
      ends: {
        ofChunk: { fn: ({ runId }, { runs }) => void told.set(runId, () => runs.forEach(observeEnd)), callDuringReplay: false },
        ofItems: { fn: ({ runId }, ended) => void told.set(runId, () => countItems(ended)), callDuringReplay: false },
        ofCancelled: { fn: ({ runId }, ended) => void told.set(runId, () => countCancelled(ended)), callDuringReplay: false },
      },
    },
    watch(worker) {
      evictionsOf(worker).on('eviction', ({ runId, evictJob }: Eviction) => {
        const count = told.get(runId);
        told.delete(runId);
        if (evictJob.reason === WORKFLOW_EXECUTION_ENDING) count?.();
      });
    },
  };
}

interface Eviction {
  readonly runId: string;
  readonly evictJob: coresdk.workflow_activation.IRemoveFromCache;
}

/** The SDK's own list of what its core drops and why, which it uses for replays: nobody promises that it stays. */
function evictionsOf(worker: Worker): EventEmitter {
  const { evictionsEmitter } = worker as unknown as { readonly evictionsEmitter?: EventEmitter };
  if (typeof evictionsEmitter?.on !== 'function') throw new Error('this version of @temporalio/worker does not tell of evictions');
  return evictionsEmitter;
}

function eventAt({ items }: StoredPage, page: string, offset: number): AcceptedEvent | null {
  const item = items[offset];
  if (item === undefined) return null;
  return item.kind === 'event' ? item.event : rejectedEvent(item.rejection, { tenant: tenantOfPage(page), id: '', batchId: '' });
}

/** Items of a page that can't be read for a minute aren't counted. */
function ignore(): void {}
