import { move, pageAt, withPage, withUntold } from './batch.ts';
import type { Batch, BatchUnit, RunningUnit } from './batch.ts';
import { hasTurn, withMarks } from './batch-page.ts';
import type { RestNote, UnitKey, UnitVerdict } from './batch-work.ts';
import { fromRanges, toRanges } from './offsets.ts';

// What becomes of a batch's units: they are started, rest while all of their items wait, and end with a verdict for each.

// More causes than anybody reads are counted together.
const MAX_CAUSES = 100;
export const OTHER_CAUSES = 'other';

export function startUnit(batch: Batch, { page, number, kind, offsets, parallel }: BatchUnit): Batch {
  const of = pageAt(batch, page);
  const started = withPage(batch, page, { marks: withMarks(of, offsets, () => 'r'), units: [...of.units, toRanges(offsets)] });
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
  const { marks } = end;
  const of = pageAt(batch, end.page);
  const back = offsets.filter((_, index) => marks[index] === 'p');
  const all = { ...end, marks: offsets.map((_, index) => marks[index] ?? 'f') };
  const after = settle(batch, all, offsets, batch.isCancelled ? 'x' : 'p');
  return {
    // What it gives back it has not run.
    ...withPage(after, end.page, { units: of.units.with(end.number, toRanges(offsets.filter((offset) => !back.includes(offset)))) }),
    running: batch.running.filter((unit) => !isUnit(unit, end)),
    firstPage: back.length > 0 ? Math.min(batch.firstPage, end.page) : batch.firstPage,
    untold: withUntold(batch.untold, of, end.page, batch.isCancelled ? back : []),
  };
}

/** Counts the verdicts of a unit's items, those that weren't counted before; `others` is the mark of those that have none. */
function settle(batch: Batch, { page, number, marks, causes }: UnitEnd, offsets: readonly number[], others: 'p' | 'x' | 'r'): Batch {
  const of = pageAt(batch, page);
  // One that was counted may have failed, and be retried by now.
  const retried = new Set(of.units.slice(number + 1).flatMap((ranges) => fromRanges(ranges)));
  const after = of.marks.split('');
  const firstIndex = indexOf(batch, page, 0);
  let { counts, failures } = batch;
  let failed = 0;
  for (const [index, offset] of offsets.entries()) {
    const given = marks[index] ?? 'p';
    const mark = given === 'p' ? others : given;
    const cause = mark === 'f' ? (causes[failed] ?? 'unknown') : null;
    if (cause !== null) failed += 1;
    if (mark === 'r' || of.marks[offset] !== 'r' || retried.has(offset)) continue;
    after[offset] = mark;
    counts = move(counts, 'running', COUNTED_AS[mark], 1);
    if (cause !== null) failures = withFailure(failures, cause, firstIndex + offset);
  }
  return { ...withPage(batch, page, { marks: after.join('') }), counts, failures };
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

const COUNTED_AS = { p: 'pending', c: 'completed', f: 'failed', x: 'cancelled' } as const;

function firstWithTurn(batch: Batch): number {
  let page = batch.firstPage;
  while (page < batch.pages.length && !hasTurn(pageAt(batch, page), batch.isInOrder)) page += 1;
  return page;
}

function indexOf({ pages }: Batch, page: number, offset: number): number {
  return pages.slice(0, page).reduce((sum, { marks }) => sum + marks.length, offset);
}

function withFailure(failures: Batch['failures'], cause: string, index: number): Batch['failures'] {
  const isNew = !Object.hasOwn(failures, cause);
  const group = isNew && Object.keys(failures).length >= MAX_CAUSES ? OTHER_CAUSES : cause;
  const { count, example } = (Object.hasOwn(failures, group) ? failures[group] : undefined) ?? { count: 0, example: index };
  return { ...failures, [group]: { count: count + 1, example } };
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
