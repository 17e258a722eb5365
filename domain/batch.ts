import type { AcceptedBatch, ItemKind } from './accepted-batch.ts';
import { fromRanges, rangesInclude, toRanges } from './offsets.ts';

/** An item's state as one letter: pending, running, completed, failed, cancelled (`x`). */
export type Letter = 'p' | 'r' | 'c' | 'f' | 'x';
export type EndLetter = Exclude<Letter, 'p' | 'r'>;

export interface BatchPage {
  /** One per item. */
  readonly letters: string;
  /** `s`hared or `o`wn, one per item, or one for all; null until the page was read, where it has both. */
  readonly kinds: string | null;
  /** The ranges of each unit that was started, in order: the last one that includes an item is the item's last run. */
  readonly units: readonly string[];
}

/** What is started together: some items of a page in one workflow, or one item as a workflow of its own. */
export interface BatchUnit {
  readonly page: number;
  /** Counts the page's units; with the page it names the workflow. */
  readonly number: number;
  readonly kind: ItemKind;
  readonly offsets: readonly number[];
  /** How many of them may run at once. */
  readonly parallel: number;
}

export interface RunningUnit {
  readonly page: number;
  readonly number: number;
  readonly parallel: number;
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

/**
 * How far a batch is. There is one writer, its workflow; everything here is a function of the state before.
 * Invariants: the counts add up to `total` and are those of the letters; an item that has ended stays so until it is
 * retried; a unit's items are `r` from its start to its end; the running units' `parallel` never exceed `maxParallel`.
 */
export interface Batch {
  readonly pages: readonly BatchPage[];
  readonly maxParallel: number;
  readonly counts: BatchCounts;
  readonly running: readonly RunningUnit[];
  /** No page before it has anything pending. */
  readonly firstPage: number;
  readonly isPaused: boolean;
  readonly isCancelled: boolean;
  /** 1, and one more each time that an ended batch goes on: each run has a terminal message of its own. */
  readonly run: number;
  readonly failures: Readonly<Record<string, FailureGroup>>;
}

/** What is to be done next: find out which kinds a page has, or start a unit; null when only an end can bring news. */
export type BatchStep = { readonly kind: 'read'; readonly page: number } | { readonly kind: 'start'; readonly unit: BatchUnit };

// Chunks that run side by side, so that the end of one doesn't leave the batch idle.
const CHUNKS_AT_ONCE = 4;
// What runs at once in a unit is recorded at once: 12 KiB of results an item, twice with a callback, on top of the half
// megabyte that ends a call. The engine terminates a workflow that records more than 2 MiB.
const MAX_UNIT_PARALLEL = 32;
// More causes than anybody reads are counted together.
const MAX_CAUSES = 100;
export const OTHER_CAUSES = 'other';

export function createBatch({ pages, mode, maxParallel }: Pick<AcceptedBatch, 'pages' | 'mode' | 'maxParallel'>): Batch {
  const total = pages.reduce((sum, { size }) => sum + size, 0);
  return {
    pages: pages.map(({ size, kind }) => ({
      letters: 'p'.repeat(size),
      kinds: kind === null ? null : letterOfKind(kind),
      units: [],
    })),
    maxParallel: mode === 'sequential' ? 1 : maxParallel,
    counts: { total, pending: total, running: 0, completed: 0, failed: 0, cancelled: 0 },
    running: [],
    firstPage: 0,
    isPaused: false,
    isCancelled: false,
    run: 1,
    failures: {},
  };
}

/** The batch's first pending items, as many as may run together, as soon as there is room for one. */
export function nextStep(batch: Batch): BatchStep | null {
  const free = batch.maxParallel - batch.running.reduce((sum, { parallel }) => sum + parallel, 0);
  if (batch.isPaused || batch.isCancelled || free <= 0 || batch.counts.pending === 0) return null;
  const page = batch.pages.findIndex(({ letters }, index) => index >= batch.firstPage && letters.includes('p'));
  const { letters, kinds, units } = pageAt(batch, page);
  if (kinds === null) return { kind: 'read', page };
  const first = letters.indexOf('p');
  const isOwn = isOwnKind(kinds, first);
  const offsets = isOwn ? [first] : pendingTogether(letters, kinds, first);
  const parallel = isOwn ? 1 : Math.min(free, offsets.length, MAX_UNIT_PARALLEL, Math.ceil(batch.maxParallel / chunksLeft(batch, page)));
  return { kind: 'start', unit: { page, number: units.length, kind: isOwn ? 'own' : 'shared', offsets, parallel } };
}

export function knowKinds(batch: Batch, page: number, kinds: readonly ItemKind[]): Batch {
  return withPage(batch, page, { kinds: kinds.map(letterOfKind).join('') });
}

export function startUnit(batch: Batch, { page, number, offsets, parallel }: BatchUnit): Batch {
  const { letters, units } = pageAt(batch, page);
  const started = withPage(batch, page, { letters: replaceLetters(letters, offsets, () => 'r'), units: [...units, toRanges(offsets)] });
  return {
    ...started,
    firstPage: page,
    running: [...batch.running, { page, number, parallel }],
    counts: move(batch.counts, 'pending', 'running', offsets.length),
  };
}

export interface UnitEnd {
  readonly page: number;
  readonly number: number;
  /** For each of the unit's items in order. */
  readonly letters: readonly EndLetter[];
  /** For each failed one, in order, what they are grouped by. */
  readonly causes: readonly string[];
}

/** A unit that isn't running has ended before, and changes nothing: each of its items has exactly one verdict. */
export function endUnit(batch: Batch, { page, number, letters: ended, causes }: UnitEnd): Batch {
  const { letters, units } = pageAt(batch, page);
  const ranges = units[number];
  if (ranges === undefined || !batch.running.some((unit) => unit.page === page && unit.number === number)) return batch;
  const offsets = fromRanges(ranges);
  const letterAt = (index: number): EndLetter => ended[index] ?? 'f';
  const firstIndex = indexOf(batch, page, 0);
  let { counts, failures } = batch;
  let failed = 0;
  for (const [index, offset] of offsets.entries()) {
    counts = move(counts, 'running', COUNTED_AS[letterAt(index)], 1);
    if (letterAt(index) !== 'f') continue;
    failures = withFailure(failures, causes[failed] ?? 'unknown', firstIndex + offset);
    failed += 1;
  }
  return {
    ...withPage(batch, page, { letters: replaceLetters(letters, offsets, letterAt) }),
    running: batch.running.filter((unit) => unit.page !== page || unit.number !== number),
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
export function cancelBatch(batch: Batch): Batch {
  const { counts } = batch;
  return {
    ...batch,
    isPaused: false,
    isCancelled: true,
    pages: batch.pages.map((page) => ({ ...page, letters: page.letters.replaceAll('p', 'x') })),
    counts: move(counts, 'pending', 'cancelled', counts.pending),
  };
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

/** Where an item is: its page, and its place there; null when the batch has no such item. */
export function locate(sizes: readonly number[], index: number): { readonly page: number; readonly offset: number } | null {
  let offset = index;
  for (const [page, size] of sizes.entries()) {
    if (offset < size) return offset >= 0 ? { page, offset } : null;
    offset -= size;
  }
  return null;
}

/** Which of a page's units ran an item last, and how many have run it; null before its first. */
export function lastUnitOf({ units }: BatchPage, offset: number): { readonly number: number; readonly runs: number } | null {
  const of = units.flatMap((ranges, number) => (rangesInclude(ranges, offset) ? [number] : []));
  const number = of.at(-1);
  return number === undefined ? null : { number, runs: of.length };
}

/** Whether an item of the page needs a workflow of its own. */
export function isOwnKind(kinds: string | null, offset: number): boolean {
  return (kinds?.length === 1 ? kinds : kinds?.[offset]) === 'o';
}

/** Pages that still have something to start, as far as that matters: so many share what may run at once. */
function chunksLeft({ pages }: Batch, page: number): number {
  let chunks = 0;
  for (const { letters } of pages.slice(page)) {
    if (letters.includes('p')) chunks += 1;
    if (chunks === CHUNKS_AT_ONCE) break;
  }
  return chunks;
}

const COUNTED_AS = { c: 'completed', f: 'failed', x: 'cancelled' } as const;

/** The first pending item and those after it that may share with it: in order, up to one that may not. */
function pendingTogether(letters: string, kinds: string, first: number): readonly number[] {
  const offsets: number[] = [];
  for (let offset = first; offset < letters.length; offset += 1) {
    if (letters[offset] !== 'p') continue;
    if (isOwnKind(kinds, offset)) break;
    offsets.push(offset);
  }
  return offsets;
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

function replaceLetters(letters: string, offsets: readonly number[], letterAt: (index: number) => Letter): string {
  const changed = letters.split('');
  for (const [index, offset] of offsets.entries()) changed[offset] = letterAt(index);
  return changed.join('');
}

function pageAt({ pages }: Batch, page: number): BatchPage {
  return pages[page] ?? { letters: '', kinds: '', units: [] };
}

function withPage(batch: Batch, page: number, change: Partial<BatchPage>): Batch {
  return { ...batch, pages: batch.pages.with(page, { ...pageAt(batch, page), ...change }) };
}

function letterOfKind(kind: ItemKind): string {
  return kind === 'own' ? 'o' : 's';
}
