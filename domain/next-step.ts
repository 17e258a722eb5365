import { freePlaces } from './batch-units.ts';
import type { Batch, BatchUnit, RunningUnit } from './batch.ts';
import { offsetsOf } from './batch-page.ts';
import type { BatchPage } from './batch-page.ts';
import { kindAt, wayAt, wayOf } from './item-kind.ts';
import type { ItemKind } from './item-kind.ts';

/** What is to be done next: find out which kinds a page has now, start a unit, or let one go on that has rested. */
export type BatchStep =
  | { readonly kind: 'read'; readonly page: number }
  | { readonly kind: 'start'; readonly unit: BatchUnit }
  | { readonly kind: 'resume'; readonly rested: RunningUnit; readonly rest: number; readonly parallel: number };

// Units that run side by side, so that the end of one doesn't leave the batch idle.
const UNITS_AT_ONCE = 4;
// What runs at once in a unit is recorded at once: 12 KiB of results an item, twice with a callback, on top of the quarter of a
// megabyte of outcomes that ends a call, and the callbacks of these. The engine terminates a workflow that records more than 2 MiB.
const MAX_UNIT_PARALLEL = 32;

/**
 * The first pending items, as many as may run together, as soon as there is a place for one; null when only an end, or the time
 * that `nextDueMs` says, can bring news. Items of subjects run in one unit at a time, so that each subject has them in order.
 * What has begun goes before what has not, also while the batch is paused: it comes to its end.
 */
export function nextStep(batch: Batch, nowMs: number): BatchStep | null {
  const free = freePlaces(batch);
  const asking = free > 0 ? firstAsking(batch) : null;
  if (asking !== null) return { kind: 'resume', ...asking, parallel: Math.min(free, asking.rested.parallel, MAX_UNIT_PARALLEL) };
  if (batch.isPaused || batch.isCancelled || batch.counts.pending === 0) return null;
  // None overtakes another that waits, and for that holds no place.
  if (batch.isInOrder && batch.running.length > 0) return null;
  const due = batch.delayed.find(({ dueAtMs }) => dueAtMs <= nowMs);
  if (due !== undefined) return { kind: 'read', page: due.page };
  if (free <= 0) return null;
  const isSubjectBusy = batch.running.some(({ kind }) => wayOf(kind).isOfSubject);
  for (const [number, page] of batch.pages.entries()) {
    if (number < batch.firstPage || !page.marks.includes('p')) continue;
    const { kinds } = page;
    if (kinds === null) return { kind: 'read', page: number };
    const first = firstToStart(batch, { ...page, kinds }, isSubjectBusy);
    if (first !== null) return { kind: 'start', unit: toUnit(batch, { ...page, kinds }, number, first, free) };
    if (batch.isInOrder) return null;
  }
  return null;
}

/** When the first of the delayed items is due that nothing else holds up; null when there is none. */
export function nextDueMs({ delayed, isPaused, counts }: Batch): number | null {
  if (delayed.length === 0 || isPaused || counts.pending === 0) return null;
  return delayed.reduce((least, { dueAtMs }) => Math.min(least, dueAtMs), Number.MAX_SAFE_INTEGER);
}

function firstAsking({ running }: Batch): { readonly rested: RunningUnit; readonly rest: number } | null {
  for (const rested of running) {
    if (rested.rest?.state === 'asking') return { rested, rest: rested.rest.number };
  }
  return null;
}

type KnownPage = BatchPage & { readonly kinds: string };

function firstToStart({ isInOrder }: Batch, { marks, kinds }: KnownPage, isSubjectBusy: boolean): number | null {
  for (let offset = marks.indexOf('p'); offset < marks.length; offset += 1) {
    if (marks[offset] !== 'p') continue;
    const { isDelayed, isOfSubject } = wayAt(kinds, offset);
    if (!isDelayed && !(isOfSubject && isSubjectBusy)) return offset;
    if (isInOrder) return null;
  }
  return null;
}

function toUnit(batch: Batch, page: KnownPage, number: number, first: number, free: number): BatchUnit {
  const kind = kindAt(page.kinds, first);
  const unit = { page: number, number: page.units.length, kind };
  if (wayOf(kind).workflow === 'own') return { ...unit, offsets: [first], parallel: 1 };
  const offsets = pendingTogether(batch, page, first, kind);
  const share = Math.ceil(batch.maxParallel / unitsLeft(batch, number, kind));
  const parallel = Math.min(free, offsets.length, MAX_UNIT_PARALLEL, share);
  return { ...unit, offsets: offsets.slice(0, parallel * itemsForPlace(batch, kind)), parallel };
}

/**
 * How many items a unit takes for each of its places: no more than come to each place of the batch, so that no unit is left alone
 * with many at the end, at fewer places than the batch has. Where one unit follows the other it takes all that it may.
 */
function itemsForPlace({ isInOrder, counts, maxParallel }: Batch, kind: ItemKind): number {
  if (isInOrder || wayOf(kind).isOfSubject) return Number.MAX_SAFE_INTEGER;
  return Math.max(1, Math.floor(counts.pending / maxParallel));
}

/** The first item and those after it that may share with it, up to one that is to be started before them. */
function pendingTogether({ isInOrder }: Batch, { marks, kinds }: KnownPage, first: number, kind: ItemKind): readonly number[] {
  const offsets: number[] = [];
  for (let offset = first; offset < marks.length; offset += 1) {
    if (marks[offset] !== 'p') continue;
    const other = kindAt(kinds, offset);
    if (other === kind) offsets.push(offset);
    else if (isInOrder || wayOf(other).workflow === 'own') break;
  }
  return offsets;
}

/**
 * Pages that still have something to start, as far as that matters: so many share what may run at once. Other items of subjects
 * don't run beside those of a unit.
 */
function unitsLeft({ pages }: Batch, first: number, kind: ItemKind): number {
  let units = wayOf(kind).isOfSubject ? 1 : 0;
  for (let number = first; number < pages.length && units < UNITS_AT_ONCE; number += 1) {
    const page = pages[number];
    if (page !== undefined && hasBeside(page, kind)) units += 1;
  }
  return units;
}

function hasBeside(page: BatchPage, kind: ItemKind): boolean {
  const { kinds, marks } = page;
  if (!wayOf(kind).isOfSubject || kinds === null) return marks.includes('p');
  return offsetsOf('p', page).some((offset) => !wayAt(kinds, offset).isOfSubject);
}
