import type { AcceptedBatch } from './accepted-batch.ts';
import { hasTurn, offsetsOf, withLetters } from './batch-page.ts';
import type { BatchPage } from './batch-page.ts';
import type { ItemKind, PageKinds } from './item-kind.ts';
import type { RestNote, UnitKey, UnitVerdict } from './batch-work.ts';
import { fromRanges, toRanges } from './offsets.ts';

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
 * Invariants: the counts add up to `total` and are those of the letters; an item that has ended stays so until it is
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

export type UnitEnd = UnitKey & UnitVerdict;

/** A unit that isn't running has ended before, and changes nothing: each of its items has exactly one verdict. */
export function endUnit(batch: Batch, end: UnitEnd): Batch {
  const offsets = offsetsOfRunning(batch, end);
  if (offsets === null) return batch;
  const { letters } = end;
  const of = pageAt(batch, end.page);
  const back = offsets.filter((_, index) => letters[index] === 'p');
  const all = { ...end, letters: offsets.map((_, index) => letters[index] ?? 'f') };
  const after = settle(batch, all, offsets, batch.isCancelled ? 'x' : 'p');
  return {
    // What it gives back it has not run.
    ...withPage(after, end.page, { units: of.units.with(end.number, toRanges(offsets.filter((offset) => !back.includes(offset)))) }),
    running: batch.running.filter((unit) => !isUnit(unit, end)),
    firstPage: back.length > 0 ? Math.min(batch.firstPage, end.page) : batch.firstPage,
    untold: withUntold(batch.untold, of, end.page, batch.isCancelled ? back : []),
  };
}

/** Counts the verdicts of a unit's items, those that weren't counted before; `others` is the letter of those that have none. */
function settle(batch: Batch, { page, number, letters, causes }: UnitEnd, offsets: readonly number[], others: 'p' | 'x' | 'r'): Batch {
  const of = pageAt(batch, page);
  // One that was counted may have failed, and be retried by now.
  const retried = new Set(of.units.slice(number + 1).flatMap((ranges) => fromRanges(ranges)));
  const after = of.letters.split('');
  const firstIndex = indexOf(batch, page, 0);
  let { counts, failures } = batch;
  let failed = 0;
  for (const [index, offset] of offsets.entries()) {
    const given = letters[index] ?? 'p';
    const letter = given === 'p' ? others : given;
    const cause = letter === 'f' ? (causes[failed] ?? 'unknown') : null;
    if (cause !== null) failed += 1;
    if (letter === 'r' || of.letters[offset] !== 'r' || retried.has(offset)) continue;
    after[offset] = letter;
    counts = move(counts, 'running', COUNTED_AS[letter], 1);
    if (cause !== null) failures = withFailure(failures, cause, firstIndex + offset);
  }
  return { ...withPage(batch, page, { letters: after.join('') }), counts, failures };
}

/** What a unit says of its rest; a word that isn't news changes nothing. */
export function noteRest(batch: Batch, note: RestNote): Batch {
  const { rest, wants } = note;
  const offsets = offsetsOfRunning(batch, note);
  const unit = batch.running.find((one) => isUnit(one, note));
  const isKnown = unit?.rest !== undefined && (unit.rest.number > rest || (unit.rest.number === rest && unit.rest.state !== 'resting'));
  if (offsets === null || unit === undefined || isKnown) return batch;
  const after = settle(batch, note, offsets, 'r');
  if (wants === 0) return withRunning(after, { ...unit, rest: { number: rest, state: 'resting' } });
  return withRunning(after, { ...unit, rest: { number: rest, state: 'asking' }, parallel: wants });
}

/** A unit that has asked for places holds so many. */
export function endRest(batch: Batch, unit: RunningUnit, rest: number, parallel: number): Batch {
  return withRunning(batch, { ...unit, rest: { number: rest, state: 'over' }, parallel });
}

/** Places that are free, for items that are to be started or go on. */
export function freePlaces({ maxParallel, running }: Pick<Batch, 'maxParallel' | 'running'>): number {
  const holding = running.filter(({ rest }) => rest === undefined || rest.state === 'over');
  return maxParallel - holding.reduce((sum, { parallel }) => sum + parallel, 0);
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

/** Null for a unit that isn't running. */
function offsetsOfRunning(batch: Batch, key: UnitKey): readonly number[] | null {
  const ranges = pageAt(batch, key.page).units[key.number];
  return ranges !== undefined && batch.running.some((unit) => isUnit(unit, key)) ? fromRanges(ranges) : null;
}

function isUnit(unit: UnitKey, { page, number }: UnitKey): boolean {
  return unit.page === page && unit.number === number;
}

function withRunning(batch: Batch, changed: RunningUnit): Batch {
  return { ...batch, running: batch.running.map((unit) => (isUnit(unit, changed) ? changed : unit)) };
}

function pageAt({ pages }: Batch, page: number): BatchPage {
  return pages[page] ?? { letters: '', kinds: '', units: [] };
}

function withPage(batch: Batch, page: number, change: Partial<BatchPage>): Batch {
  return { ...batch, pages: batch.pages.with(page, { ...pageAt(batch, page), ...change }) };
}
