import type { AcceptedBatch } from './accepted-batch.ts';
import type { BatchPage } from './batch-page.ts';
import type { ItemKind, PageKinds } from './item-kind.ts';
import type { UnitKey } from './batch-work.ts';
import { toRanges } from './offsets.ts';

export interface RunningUnit extends UnitKey {
  readonly kind: ItemKind;
  /** How many places it holds, or asks for: so many of its items may run at once. */
  readonly parallel: number;
  /** Present once it has rested. */
  readonly rest?: UnitRest;
}

/** While all items of a unit wait it rests, and holds no place; once some are due it asks for places. */
export interface UnitRest {
  /** Counts the unit's rests. */
  readonly number: number;
  readonly state: 'resting' | 'asking' | 'over';
}

/** What is started together: some items of a page in one workflow, or one item as a workflow of its own. */
export interface BatchUnit extends RunningUnit {
  readonly offsets: readonly number[];
}

export interface BatchCounts {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface FailureGroup {
  readonly count: number;
  /** The index of one of them. */
  readonly example: number;
}

/** Items of a page, as ranges, that were cancelled before they were started. */
export interface CancelledItems {
  readonly page: number;
  readonly ranges: string;
}

/**
 * How far a batch is. There is one writer, its workflow; everything here is a function of the state before.
 * Invariants: the counts add up to `total` and are those of the marks; an item that has ended stays so until it is
 * retried; a unit's items are `r` from its start to its end; no more than `maxParallel` places are held.
 */
export interface Batch {
  readonly pages: readonly BatchPage[];
  readonly maxParallel: number;
  /** One item after the other, whatever holds up the first. */
  readonly isInOrder: boolean;
  readonly counts: BatchCounts;
  readonly running: readonly RunningUnit[];
  /** No page before it has an item to which a turn may come. */
  readonly firstPage: number;
  /** The pages that have delayed items, and when the first of these is due. */
  readonly delayed: readonly { readonly page: number; readonly dueAtMs: number }[];
  /** Those that have yet to be called back. */
  readonly untold: readonly CancelledItems[];
  readonly isPaused: boolean;
  readonly isCancelled: boolean;
  /** When items were last cancelled. */
  readonly cancelledAtMs: number | null;
  /** 1, and one more each time that an ended batch goes on: each run has a terminal message of its own. */
  readonly run: number;
  readonly failures: Readonly<Record<string, FailureGroup>>;
}

export function createBatch({ pages, mode, maxParallel }: Pick<AcceptedBatch, 'pages' | 'mode' | 'maxParallel'>): Batch {
  const total = pages.reduce((sum, { size }) => sum + size, 0);
  return {
    pages: pages.map(({ size, kind, calls }) => ({ marks: 'p'.repeat(size), kinds: kind, units: [], ...(calls && { calls }) })),
    maxParallel: mode === 'sequential' ? 1 : maxParallel,
    isInOrder: mode === 'sequential',
    counts: { total, pending: total, running: 0, completed: 0, failed: 0, cancelled: 0 },
    running: [],
    firstPage: 0,
    delayed: [],
    untold: [],
    isPaused: false,
    isCancelled: false,
    cancelledAtMs: null,
    run: 1,
    failures: {},
  };
}

/** What a page was read to have; some of its items may be delayed no longer. */
export function knowKinds(batch: Batch, page: number, { kinds, dueAtMs }: PageKinds): Batch {
  const others = batch.delayed.filter((delayed) => delayed.page !== page);
  return {
    ...withPage(batch, page, { kinds }),
    firstPage: Math.min(batch.firstPage, page),
    delayed: dueAtMs === null ? others : [...others, { page, dueAtMs }],
  };
}

export function isOver({ counts }: Batch): boolean {
  return counts.pending === 0 && counts.running === 0;
}

export type BatchStatus = 'running' | 'paused' | 'completed' | 'partial' | 'failed' | 'cancelled';

export function statusOf(batch: Batch): BatchStatus {
  const { completed, failed, cancelled } = batch.counts;
  if (!isOver(batch)) return batch.isPaused ? 'paused' : 'running';
  if (cancelled > 0) return 'cancelled';
  if (failed === 0) return 'completed';
  return completed === 0 ? 'failed' : 'partial';
}

/** What is yet to be called back, with more items of a page that were cancelled before they were started. */
export function withUntold(untold: Batch['untold'], { calls }: BatchPage, page: number, offsets: readonly number[]): Batch['untold'] {
  return calls && offsets.length > 0 ? [...untold, { page, ranges: toRanges(offsets) }] : untold;
}

/** So many items counted as something else. */
export function move(counts: BatchCounts, from: keyof BatchCounts, to: keyof BatchCounts, items: number): BatchCounts {
  return { ...counts, [from]: counts[from] - items, [to]: counts[to] + items };
}

export function pageAt({ pages }: Batch, page: number): BatchPage {
  return pages[page] ?? { marks: '', kinds: '', units: [] };
}

export function withPage(batch: Batch, page: number, change: Partial<BatchPage>): Batch {
  return { ...batch, pages: batch.pages.with(page, { ...pageAt(batch, page), ...change }) };
}
