import type { AcceptedBatch, ItemKind, PageKinds } from './accepted-batch.ts';
import { hasTurn, offsetsOf, withLetters } from './batch-page.ts';
import type { BatchPage, EndLetter, Letter } from './batch-page.ts';
import { fromRanges, toRanges } from './offsets.ts';

export interface RunningUnit {
  readonly page: number;
  /** Counts the page's units; with the page it names the workflow. */
  readonly number: number;
  readonly kind: ItemKind;
  /** How many of its items may run at once. */
  readonly parallel: number;
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
 * Invariants: the counts add up to `total` and are those of the letters; an item that has ended stays so until it is
 * retried; a unit's items are `r` from its start to its end; the running units' `parallel` never exceed `maxParallel`.
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

// More causes than anybody reads are counted together.
const MAX_CAUSES = 100;
export const OTHER_CAUSES = 'other';

export function createBatch({ pages, mode, maxParallel }: Pick<AcceptedBatch, 'pages' | 'mode' | 'maxParallel'>): Batch {
  const total = pages.reduce((sum, { size }) => sum + size, 0);
  return {
    pages: pages.map(({ size, kind, calls }) => ({ letters: 'p'.repeat(size), kinds: kind, units: [], ...(calls && { calls }) })),
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

export function startUnit(batch: Batch, { page, number, kind, offsets, parallel }: BatchUnit): Batch {
  const of = pageAt(batch, page);
  const started = withPage(batch, page, { letters: withLetters(of, offsets, () => 'r'), units: [...of.units, toRanges(offsets)] });
  return {
    ...started,
    firstPage: firstWithTurn(started),
    running: [...batch.running, { page, number, kind, parallel }],
    counts: move(batch.counts, 'pending', 'running', offsets.length),
  };
}

export interface UnitEnd {
  readonly page: number;
  readonly number: number;
  /** For each of the unit's items in order; `p` for one that it gives back as it was. */
  readonly letters: readonly (EndLetter | 'p')[];
  /** For each failed one, in order, what they are grouped by. */
  readonly causes: readonly string[];
}

/** A unit that isn't running has ended before, and changes nothing: each of its items has exactly one verdict. */
export function endUnit(batch: Batch, { page, number, letters: ended, causes }: UnitEnd): Batch {
  const of = pageAt(batch, page);
  const ranges = of.units[number];
  if (ranges === undefined || !batch.running.some((unit) => unit.page === page && unit.number === number)) return batch;
  const offsets = fromRanges(ranges);
  const back = batch.isCancelled ? 'x' : 'p';
  const letterAt = (index: number): Exclude<Letter, 'r'> => (ended[index] === 'p' ? back : (ended[index] ?? 'f'));
  const firstIndex = indexOf(batch, page, 0);
  let { counts, failures } = batch;
  let failed = 0;
  for (const [index, offset] of offsets.entries()) {
    counts = move(counts, 'running', COUNTED_AS[letterAt(index)], 1);
    if (letterAt(index) !== 'f') continue;
    failures = withFailure(failures, causes[failed] ?? 'unknown', firstIndex + offset);
    failed += 1;
  }
  const after = withPage(batch, page, {
    letters: withLetters(of, offsets, letterAt),
    // What it gives back it has not run.
    units: of.units.with(number, toRanges(offsets.filter((_, index) => ended[index] !== 'p'))),
  });
  return {
    ...after,
    running: batch.running.filter((unit) => unit.page !== page || unit.number !== number),
    firstPage: ended.includes('p') ? Math.min(batch.firstPage, page) : batch.firstPage,
    untold: withUntold(batch.untold, of, page, batch.isCancelled ? offsets.filter((_, index) => ended[index] === 'p') : []),
    counts,
    failures,
  };
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
    pages: batch.pages.map((page) => ({ ...page, letters: page.letters.replaceAll('p', 'x') })),
    counts: move(counts, 'pending', 'cancelled', counts.pending),
  };
}

/** One that is no longer pending stays as it is. */
export function cancelItem(batch: Batch, page: number, offset: number, atMs: number): Batch {
  const of = pageAt(batch, page);
  if (of.letters[offset] !== 'p') return batch;
  return {
    ...withPage(batch, page, { letters: withLetters(of, [offset], () => 'x') }),
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
    pages: batch.pages.map((page) => ({ ...page, letters: page.letters.replaceAll('f', 'p') })),
    counts: move(counts, 'failed', 'pending', counts.failed),
    failures: {},
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

const COUNTED_AS = { p: 'pending', c: 'completed', f: 'failed', x: 'cancelled' } as const;

function firstWithTurn(batch: Batch): number {
  let page = batch.firstPage;
  while (page < batch.pages.length && !hasTurn(pageAt(batch, page), batch.isInOrder)) page += 1;
  return page;
}

function withUntold(untold: Batch['untold'], { calls }: BatchPage, page: number, offsets: readonly number[]): Batch['untold'] {
  return calls && offsets.length > 0 ? [...untold, { page, ranges: toRanges(offsets) }] : untold;
}

function indexOf({ pages }: Batch, page: number, offset: number): number {
  return pages.slice(0, page).reduce((sum, { letters }) => sum + letters.length, offset);
}

function withFailure(failures: Batch['failures'], cause: string, index: number): Batch['failures'] {
  const isNew = !Object.hasOwn(failures, cause);
  const group = isNew && Object.keys(failures).length >= MAX_CAUSES ? OTHER_CAUSES : cause;
  const { count, example } = (Object.hasOwn(failures, group) ? failures[group] : undefined) ?? { count: 0, example: index };
  return { ...failures, [group]: { count: count + 1, example } };
}

function move(counts: BatchCounts, from: keyof BatchCounts, to: keyof BatchCounts, items: number): BatchCounts {
  return { ...counts, [from]: counts[from] - items, [to]: counts[to] + items };
}

function pageAt({ pages }: Batch, page: number): BatchPage {
  return pages[page] ?? { letters: '', kinds: '', units: [] };
}

function withPage(batch: Batch, page: number, change: Partial<BatchPage>): Batch {
  return { ...batch, pages: batch.pages.with(page, { ...pageAt(batch, page), ...change }) };
}
