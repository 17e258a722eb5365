import type { AcceptedBatch } from './accepted-batch.ts';
import type { Batch, BatchCounts, BatchStatus } from './batch.ts';
import { isOver, statusOf } from './batch.ts';
import { ratePerSecond } from './batch-pace.ts';
import type { BatchSnapshot, PagesAnswer, PagesQueryInput } from './batch-work.ts';
import { itemId } from './event-id.ts';
import { initialCallback } from './callback-record.ts';
import type { CallbackRecord } from './callback-record.ts';
import { toIso } from './to-iso.ts';

/** The batch as the API and its callbacks show it; times are ISO 8601 with milliseconds. */
export interface BatchResource extends Pick<AcceptedBatch, 'id' | 'name' | 'mode' | 'maxParallel' | 'tenant'> {
  /** 1, and one more each time that an ended batch went on. */
  readonly run: number;
  readonly status: BatchStatus;
  readonly counts: BatchCounts;
  /** Of the items that have ended, 0 to 100. */
  readonly percent: number;
  /** Over the last 30 s; null before there is anything to go by. */
  readonly ratePerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly acceptedAt: string;
  readonly startedAt: string;
  readonly completedAt: string | null;
  readonly failures: readonly { readonly cause: string; readonly count: number; readonly example: string }[];
  readonly callback: CallbackRecord;
}

export interface BatchTimes {
  /** Null while it goes on. */
  readonly endedAtMs: number | null;
  readonly nowMs: number;
}

/** A batch as its workflow shows it, and a reader where that can't be asked. Of its callback it knows only that there is one. */
export function toBatchResource(accepted: AcceptedBatch, progress: BatchSnapshot, times: BatchTimes): BatchResource {
  const { batch, startedAtMs, pace } = progress;
  const { counts } = batch;
  const ended = endedCount(counts);
  const over = isOver(batch);
  // An ended batch shows its own pace, however long ago that was.
  const rate = ratePerSecond(pace, { atMs: times.endedAtMs ?? times.nowMs, ended });
  return {
    id: accepted.id,
    name: accepted.name,
    mode: accepted.mode,
    maxParallel: accepted.maxParallel,
    tenant: accepted.tenant,
    run: batch.run,
    status: statusOf(batch),
    counts,
    percent: Math.floor((ended * 1_000) / counts.total) / 10,
    ratePerSecond: rate === null ? null : Math.round(rate * 10) / 10,
    etaSeconds: over || batch.isPaused || !rate ? null : Math.ceil((counts.total - ended) / rate),
    acceptedAt: toIso(accepted.acceptedAtMs),
    startedAt: toIso(startedAtMs),
    completedAt: times.endedAtMs === null ? null : toIso(times.endedAtMs),
    failures: Object.entries(batch.failures)
      .map(([cause, { count, example }]) => ({ cause, count, example: itemId(accepted.id, example) }))
      .sort((a, b) => b.count - a.count),
    callback: initialCallback(accepted.callback?.url ?? null),
  };
}

/** Some of a batch's pages. */
export function toPages(
  { upload }: AcceptedBatch,
  { pages, isPaused, cancelledAtMs }: Batch,
  { from, count }: PagesQueryInput,
): PagesAnswer {
  return { sizes: pages.map(({ marks }) => marks.length), pages: pages.slice(from, from + count), upload, isPaused, cancelledAtMs };
}

export function endedCount({ completed, failed, cancelled }: BatchCounts): number {
  return completed + failed + cancelled;
}
