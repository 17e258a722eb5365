import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchMode } from '../../../domain/accepted-batch.ts';
import type { ItemKind } from '../../../domain/item-kind.ts';
import { BATCH_MODES } from '../../../domain/accepted-batch.ts';
import { wayOf } from '../../../domain/item-kind.ts';
import type { Batch, BatchUnit } from '../../../domain/batch.ts';
import { createBatch, isOver, knowKinds, statusOf } from '../../../domain/batch.ts';
import { OTHER_CAUSES, endRest, endUnit, freePlaces, noteRest, startUnit } from '../../../domain/batch-units.ts';
import { cancelBatch, cancelItem, pauseBatch, resumeBatch, retryFailed, toldFirst } from '../../../domain/steer-batch.ts';
import { kindAt } from '../../../domain/item-kind.ts';
import { lastUnitOf, locate } from '../../../domain/batch-page.ts';
import type { BatchPage, EndMark, Mark } from '../../../domain/batch-page.ts';
import { nextDueMs, nextStep } from '../../../domain/next-step.ts';
import { fromRanges } from '../../../domain/offsets.ts';

type Step =
  // Starts whatever the batch says is next, if anything is.
  | { readonly kind: 'go on' }
  | { readonly kind: 'end'; readonly which: number; readonly marks: readonly Verdict[] }
  // Its word came twice, or once more long after.
  | { readonly kind: 'end again'; readonly which: number }
  | { readonly kind: 'cancel item'; readonly which: number }
  // All of its items wait, or some of them are due again; a word that comes twice or late changes nothing.
  | { readonly kind: 'rest' | 'say again'; readonly which: number }
  | { readonly kind: 'ask'; readonly which: number; readonly wants: number }
  | { readonly kind: 'pause' | 'resume' | 'cancel' | 'retry failed' | 'tell' }
  // A millisecond passes.
  | { readonly kind: 'wait' }
  // The state goes through the engine's JSON.
  | { readonly kind: 'continue as new' };

type Verdict = EndMark | 'p';

const anyWhich = fc.nat(1_000);
const anyMark = fc.constantFrom<Verdict>('c', 'c', 'f', 'x', 'p');
const anyMarks = fc.array(anyMark, { minLength: 8, maxLength: 8 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('go on') }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('end'), which: anyWhich, marks: anyMarks }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end again'), which: anyWhich }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'retry failed', 'continue as new', 'wait', 'tell') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resume') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('rest', 'say again'), which: anyWhich }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask'), which: anyWhich, wants: fc.integer({ min: 1, max: 9 }) }) },
  fc.record({ kind: fc.constant('cancel item'), which: anyWhich }),
  fc.record({ kind: fc.constant('cancel') }),
);

interface Item {
  readonly kind: Exclude<ItemKind, 'd'>;
  readonly dueMs: number;
}

const anyItem: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: fc.constantFrom<Item['kind']>('s', '3', 'i'), dueMs: fc.constant(0) }),
  fc.record({ kind: fc.constantFrom<Item['kind']>('s', '3'), dueMs: fc.nat(4) }),
);
const anyKinds = fc.oneof(
  fc.array(anyItem, { minLength: 1, maxLength: 8 }),
  fc.integer({ min: 1, max: 8 }).map((size) => Array.from({ length: size }, (): Item => ({ kind: 's', dueMs: 0 }))),
);
// Small ones too: they come to an end, and go on after it.
const anyPages = fc.oneof(fc.array(anyKinds, { minLength: 1, maxLength: 4 }), fc.tuple(fc.array(anyItem, { minLength: 1, maxLength: 2 })));
const anySetting: fc.Arbitrary<Setting> = fc.record({
  pages: anyPages,
  mode: fc.constantFrom(...BATCH_MODES),
  maxParallel: fc.integer({ min: 1, max: 9 }),
});

interface Setting {
  readonly pages: readonly (readonly Item[])[];
  readonly mode: BatchMode;
  readonly maxParallel: number;
}

/** The batch, and what is to be true of it as told by the steps alone. */
interface World {
  batch: Batch;
  nowMs: number;
  readonly pages: readonly (readonly Item[])[];
  readonly isSequential: boolean;
  readonly maxParallel: number;
  readonly items: ModelItem[];
  readonly running: ModelUnit[];
  readonly ended: ModelUnit[];
  isPaused: boolean;
  isCancelled: boolean;
  run: number;
}

interface ModelUnit extends BatchUnit {
  /** How many places it holds; 0 while it rests. */
  held: number;
  rests: number;
  /** For how many it asks; 0 while it doesn't. */
  wants: number;
}

interface ModelItem extends Item {
  mark: Mark;
  cause: string | null;
  /** The units that ran it, and the verdicts that it had. */
  readonly units: number[];
  verdicts: number;
  /** Cancelled before it was started, and not yet called back. */
  untold: number;
}

function createWorld({ pages, mode, maxParallel }: Setting): World {
  const plans = pages.map((items) => {
    const { kinds } = kindsOf(items, 0);
    const isOfOne = new Set(kinds).size === 1 && !kinds.includes('d');
    return { size: items.length, kind: isOfOne ? (kinds[0] as ItemKind) : null, calls: true } as const;
  });
  return {
    batch: createBatch({ pages: plans, mode, maxParallel }),
    nowMs: 0,
    pages,
    isSequential: mode === 'sequential',
    maxParallel: mode === 'sequential' ? 1 : maxParallel,
    items: pages.flat().map((item) => ({ ...item, mark: 'p', cause: null, units: [], verdicts: 0, untold: 0 })),
    running: [],
    ended: [],
    isPaused: false,
    isCancelled: false,
    run: 1,
  };
}

function kindsOf(items: readonly Item[], nowMs: number) {
  const due = items.filter(({ dueMs }) => dueMs > nowMs).map(({ dueMs }) => dueMs);
  const kinds = items.map(({ kind, dueMs }) => (dueMs > nowMs ? 'd' : kind)).join('');
  return { kinds, dueAtMs: due.length === 0 ? null : Math.min(...due) };
}

function takeStep(world: World, step: Step): void {
  const { batch, running, ended } = world;
  const over = world.items.every(({ mark }) => mark !== 'p' && mark !== 'r');
  switch (step.kind) {
    case 'go on':
      goOn(world);
      break;
    case 'end': {
      const [unit] = running.splice(step.which % running.length, 1);
      if (unit !== undefined) end(world, unit, step.marks);
      break;
    }
    case 'end again': {
      const unit = ended[step.which % ended.length];
      if (unit !== undefined) expect(endUnit(batch, verdictOf(unit, []))).toBe(batch);
      break;
    }
    case 'rest': {
      const unit = running[step.which % running.length];
      if (unit === undefined || unit.held === 0) break;
      Object.assign(unit, { held: 0, rests: unit.rests + 1 });
      world.batch = noteRest(batch, { ...keyOf(unit), rest: unit.rests, wants: 0, ...NOTHING });
      break;
    }
    case 'ask': {
      const unit = running[step.which % running.length];
      if (unit === undefined || unit.held > 0 || unit.wants > 0) break;
      unit.wants = step.wants;
      world.batch = noteRest(batch, { ...keyOf(unit), rest: unit.rests, wants: unit.wants, ...NOTHING });
      break;
    }
    case 'say again': {
      const unit = [...running, ...ended][step.which % (running.length + ended.length)];
      if (unit === undefined || unit.rests === 0 || unit.wants + unit.held === 0) break;
      expect(noteRest(batch, { ...keyOf(unit), rest: unit.rests, wants: step.which % 3, ...NOTHING })).toBe(batch);
      break;
    }
    case 'pause':
      if (over) break;
      world.batch = pauseBatch(batch);
      // What is cancelled has nothing left to hold back.
      if (!world.isCancelled) world.isPaused = true;
      break;
    case 'resume':
      if (over) break;
      world.batch = resumeBatch(batch);
      world.isPaused = false;
      break;
    case 'cancel':
      if (over) break;
      world.batch = cancelBatch(batch, world.nowMs);
      world.isPaused = false;
      world.isCancelled = true;
      for (const item of world.items) if (item.mark === 'p') cancel(item);
      break;
    case 'cancel item': {
      const index = step.which % world.items.length;
      const item = world.items[index];
      const { page = 0, offset = 0 } = placeOf(world, index) ?? {};
      world.batch = cancelItem(batch, page, offset, world.nowMs);
      if (item?.mark === 'p') cancel(item);
      else expect(world.batch).toBe(batch);
      break;
    }
    case 'tell': {
      const [told] = batch.untold;
      world.batch = toldFirst(batch);
      for (const offset of fromRanges(told?.ranges ?? '')) itemAt(world, told?.page ?? 0, offset).untold -= 1;
      break;
    }
    case 'retry failed': {
      const failed = world.items.filter(({ mark }) => mark === 'f');
      world.batch = retryFailed(batch);
      if (failed.length === 0) {
        expect(world.batch).toBe(batch);
        break;
      }
      world.isCancelled = false;
      if (over) {
        world.run += 1;
        world.isPaused = false;
      }
      for (const item of failed) Object.assign(item, { mark: 'p', cause: null });
      break;
    }
    case 'wait':
      world.nowMs += 1;
      break;
    case 'continue as new':
      world.batch = JSON.parse(JSON.stringify(batch)) as Batch;
      expect(world.batch).toEqual(batch);
      break;
  }
}

function keyOf({ page, number }: BatchUnit) {
  return { page, number };
}

function placesLeft({ maxParallel, running }: World): number {
  return maxParallel - running.reduce((sum, { held }) => sum + held, 0);
}

function cancel(item: ModelItem): void {
  item.mark = 'x';
  item.untold += 1;
}

/** Does what the batch says is next, after a look at whether it may. */
function goOn(world: World): void {
  const { nowMs } = world;
  const step = nextStep(world.batch, nowMs);
  if (step?.kind === 'read') {
    world.batch = knowKinds(world.batch, step.page, kindsOf(world.pages[step.page] ?? [], nowMs));
    return goOn(world);
  }
  const free = placesLeft(world);
  const asking = world.running.find(({ wants }) => wants > 0);
  if (asking !== undefined && free > 0) return resume(world, step, asking);
  const isInLine = world.isSequential && world.running.length > 0;
  const isHeldUp = world.isPaused || world.isCancelled || free === 0 || isInLine;
  const first = isHeldUp ? undefined : firstToStart(world);
  expect(step === null).toBe(first === undefined);
  if (step?.kind !== 'start' || first === undefined) return expectAlarm(world);
  const { unit } = step;
  expect({ page: unit.page, offset: unit.offsets[0] }).toEqual(placeOf(world, world.items.indexOf(first)));
  expect(unit.kind).toBe(first.kind);
  expect(unit.parallel).toBeGreaterThanOrEqual(1);
  expect(unit.parallel).toBeLessThanOrEqual(Math.min(free, unit.offsets.length));
  const mayStart = wayOf(unit.kind).workflow === 'own' ? unit.offsets.slice(0, 1) : startedTogether(world, unit);
  expect(unit.offsets).toEqual(mayStart.slice(0, unit.offsets.length));
  if (world.isSequential || unit.kind !== 's') expect(unit.offsets).toEqual(mayStart);

  world.batch = startUnit(world.batch, unit);
  world.running.push({ ...unit, held: unit.parallel, rests: 0, wants: 0 });
  for (const offset of unit.offsets) {
    const item = itemAt(world, unit.page, offset);
    item.mark = 'r';
    item.units.push(unit.number);
  }
}

/** What has begun goes before what has not. */
function resume(world: World, step: ReturnType<typeof nextStep>, asking: ModelUnit): void {
  if (step?.kind !== 'resume') return expect.unreachable();
  expect(step).toMatchObject({ rested: keyOf(asking), rest: asking.rests, parallel: Math.min(placesLeft(world), asking.wants) });
  world.batch = endRest(world.batch, step.rested, step.rest, step.parallel);
  Object.assign(asking, { held: step.parallel, wants: 0 });
}

/** The first item that may be started, in sequence only the first of all; those of subjects one unit at a time. */
function firstToStart({ items, running, nowMs, isSequential }: World): ModelItem | undefined {
  const pending = items.filter(({ mark }) => mark === 'p').slice(0, isSequential ? 1 : undefined);
  const isBusy = running.some(({ kind }) => kind === 'i');
  return pending.find(({ kind, dueMs }) => dueMs <= nowMs && !(kind === 'i' && isBusy));
}

/** What is pending in the page from the first on, of its kind and due, up to one that runs on its own, or in sequence to any other. */
function startedTogether(world: World, { page, offsets: [first = 0], kind }: BatchUnit): readonly number[] {
  const together: number[] = [];
  for (const [offset, planned] of (world.pages[page] ?? []).entries()) {
    if (offset < first || itemAt(world, page, offset).mark !== 'p') continue;
    const isDue = planned.dueMs <= world.nowMs;
    if (isDue && planned.kind === kind) together.push(offset);
    else if (world.isSequential || (isDue && wayOf(planned.kind).workflow === 'own')) break;
  }
  return together;
}

/** Where only time can bring news, it is known which. */
function expectAlarm({ batch, items, nowMs, isPaused, isCancelled, running, isSequential }: World): void {
  if (isPaused || isCancelled || running.length > 0) return;
  const pending = items.filter(({ mark }) => mark === 'p');
  const waiting = isSequential ? pending.slice(0, 1) : pending;
  if (waiting.length === 0) return;
  const dueMs = nextDueMs(batch);
  expect(dueMs).toBeGreaterThan(nowMs);
  expect(dueMs).toBeLessThanOrEqual(Math.min(...waiting.map((item) => item.dueMs)));
}

function end(world: World, unit: ModelUnit, given: readonly Verdict[]): void {
  const verdict = verdictOf(unit, given);
  world.batch = endUnit(world.batch, verdict);
  world.ended.push(unit);
  const causes = [...verdict.causes];
  for (const [index, offset] of unit.offsets.entries()) {
    const item = itemAt(world, unit.page, offset);
    const mark = verdict.marks[index] ?? 'f';
    if (mark === 'p') {
      item.mark = 'p';
      item.units.pop();
      if (world.isCancelled) cancel(item);
      continue;
    }
    item.mark = mark;
    item.cause = mark === 'f' ? (causes.shift() ?? null) : null;
    item.verdicts += 1;
  }
}

/** Only what shares a workflow can be given back. */
function verdictOf(unit: BatchUnit, given: readonly Verdict[]) {
  const marks = unit.offsets.map((_, index): Verdict =>
    given[index] === 'p' && wayOf(unit.kind).workflow === 'own' ? 'c' : (given[index] ?? 'c'),
  );
  const causes = unit.offsets.filter((_, index) => marks[index] === 'f').map((offset) => `cause-${offset % 3}`);
  return { page: unit.page, number: unit.number, marks, causes };
}

function placeOf({ pages }: World, index: number) {
  return locate(
    pages.map(({ length }) => length),
    index,
  );
}

function itemAt({ pages, items }: World, page: number, offset: number): ModelItem {
  const item = items[pages.slice(0, page).flat().length + offset];
  if (item === undefined) throw new Error(`there is no item ${page}/${offset}`);
  return item;
}

const NOTHING = { marks: [], causes: [] } as const;
const NO_PAGE: BatchPage = { marks: '', kinds: null, units: [] };

function expectInvariants(world: World): void {
  const { batch, items, running } = world;
  const marks = items.map(({ mark }) => mark);
  const countOf = (mark: Mark): number => marks.filter((one) => one === mark).length;
  const { total, pending, running: runningItems, completed, failed, cancelled } = batch.counts;

  expect(batch.pages.map((page) => page.marks).join('')).toBe(marks.join(''));
  expect(pending + runningItems + completed + failed + cancelled).toBe(total);
  expect(batch.counts).toEqual({
    total: items.length,
    pending: countOf('p'),
    running: countOf('r'),
    completed: countOf('c'),
    failed: countOf('f'),
    cancelled: countOf('x'),
  });
  expect(batch.running).toMatchObject(running.map(({ page, number, kind }) => ({ page, number, kind })));
  expect(freePlaces(batch)).toBe(placesLeft(world));
  expect(freePlaces(batch)).toBeGreaterThanOrEqual(0);
  expect(running.filter(({ kind }) => kind === 'i').length).toBeLessThanOrEqual(1);
  expect(running.flatMap(({ offsets }) => offsets)).toHaveLength(countOf('r'));
  expect(batch.run).toBe(world.run);
  const places = world.pages.flatMap((page, number) => page.map((_, offset) => ({ page: batch.pages[number] ?? NO_PAGE, number, offset })));
  expect(places.map(({ page, offset }) => lastUnitOf(page, offset))).toEqual(
    items.map(({ units }) => (units.length === 0 ? null : { number: units.at(-1), runs: units.length })),
  );
  const untold = batch.untold.flatMap(({ page, ranges }) => fromRanges(ranges).map((offset) => `${page}/${offset}`));
  expect(places.map(({ number, offset }) => untold.filter((place) => place === `${number}/${offset}`).length)).toEqual(
    items.map((item) => item.untold),
  );
  const due = items.map(({ mark, units }) => (mark === 'r' ? units.length - 1 : units.length));
  expect(items.map(({ verdicts }) => verdicts)).toEqual(due);
  expectFailures(world);
  expect(isOver(batch)).toBe(countOf('p') + countOf('r') === 0);
  expect(statusOf(batch)).toBe(expectedStatus(world));
}

function expectFailures({ batch, items }: World): void {
  const counted = Object.entries(batch.failures).map(([cause, { count }]) => [cause, count]);
  const causes = items.flatMap(({ cause }) => cause ?? []);
  expect(Object.fromEntries(counted)).toEqual(
    Object.fromEntries(causes.map((cause) => [cause, causes.filter((one) => one === cause).length])),
  );
  for (const [cause, { example }] of Object.entries(batch.failures)) expect(items[example]?.cause).toBe(cause);
}

function expectedStatus({ items, isPaused }: World): string {
  const marks = new Set(items.map(({ mark }) => mark));
  if (marks.has('p') || marks.has('r')) return isPaused ? 'paused' : 'running';
  if (marks.has('x')) return 'cancelled';
  if (!marks.has('f')) return 'completed';
  return marks.has('c') ? 'partial' : 'failed';
}

describe('a batch', () => {
  it('counts every item once and gives it one verdict a run, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(anySetting, fc.array(anyStep, { maxLength: 60 }), (setting, steps) => {
        const world = createWorld(setting);
        expectInvariants(world);
        for (const step of steps) {
          takeStep(world, step);
          expectInvariants(world);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('comes to an end from wherever it is, once what runs ends and nobody holds it up', () => {
    fc.assert(
      fc.property(anySetting, fc.array(anyStep, { maxLength: 40 }), (setting, steps) => {
        const world = createWorld(setting);
        for (const step of steps) takeStep(world, step);
        takeStep(world, { kind: 'resume' });

        for (let rounds = 0; !isOver(world.batch) && rounds <= 2 * world.items.length + 4; rounds += 1) {
          takeStep(world, { kind: 'wait' });
          takeStep(world, { kind: 'go on' });
          takeStep(world, { kind: 'end', which: 0, marks: [] });
        }

        expect(isOver(world.batch)).toBe(true);
        expectInvariants(world);
      }),
    );
  });

  it('runs as many light items at once as it may, to the end', () => {
    const anySizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anySizes, fc.integer({ min: 1, max: 100 }), (sizes, maxParallel) => {
        const pages = sizes.map((size) => ({ size, kind: 's' }) as const);
        const total = sizes.reduce((sum, size) => sum + size, 0);

        const atOnce = runEvenly(createBatch({ pages, mode: 'concurrent', maxParallel }));

        expect(Math.max(...atOnce)).toBe(Math.min(maxParallel, total));
        expect(atOnce.length).toBeLessThanOrEqual(1.1 * Math.ceil(total / maxParallel) + 8);
      }),
    );
  });

  it('in sequence runs its items in the order of their index', () => {
    fc.assert(
      fc.property(anyPages, (pages) => {
        const world = createWorld({ pages, mode: 'sequential', maxParallel: 50 });
        const order: number[] = [];
        while (!isOver(world.batch)) {
          takeStep(world, { kind: 'go on' });
          takeStep(world, { kind: 'wait' });
          for (const { page, offsets } of world.running) {
            order.push(...offsets.map((offset) => pages.slice(0, page).flat().length + offset));
          }
          takeStep(world, { kind: 'end', which: 0, marks: [] });
        }

        expect(order).toEqual(world.items.map((_, index) => index));
      }),
    );
  });

  it('starts items of subjects in the order of their index, beside all others', () => {
    fc.assert(
      fc.property(anyPages, fc.integer({ min: 1, max: 9 }), fc.array(anyWhich, { minLength: 40 }), (pages, maxParallel, ends) => {
        const world = createWorld({ pages, mode: 'concurrent', maxParallel });
        const order: number[] = [];
        for (const which of ends) {
          const before = world.running.length;
          takeStep(world, { kind: 'go on' });
          const started = world.running.at(-1);
          if (world.running.length > before && started?.kind === 'i') {
            order.push(...started.offsets.map((offset) => pages.slice(0, started.page).flat().length + offset));
          }
          if (which % 2 === 0) takeStep(world, { kind: 'end', which, marks: [] });
          takeStep(world, { kind: 'wait' });
        }

        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });
});

/** Runs a batch whose light items take equally long; how many of them ran at each moment. */
function runEvenly(start: Batch): readonly number[] {
  let batch = start;
  let running: { readonly unit: BatchUnit; readonly left: number }[] = [];
  const atOnce: number[] = [];
  while (!isOver(batch)) {
    for (let step = nextStep(batch, NOW_MS); step?.kind === 'start'; step = nextStep(batch, NOW_MS)) {
      batch = startUnit(batch, step.unit);
      running.push({ unit: step.unit, left: step.unit.offsets.length });
    }
    atOnce.push(running.reduce((sum, { unit, left }) => sum + Math.min(unit.parallel, left), 0));
    running = running.map(({ unit, left }) => ({ unit, left: left - Math.min(unit.parallel, left) }));
    for (const { unit } of running.filter(({ left }) => left === 0)) {
      batch = endUnit(batch, { ...unit, marks: unit.offsets.map(() => 'c'), causes: [] });
    }
    running = running.filter(({ left }) => left > 0);
  }
  return atOnce;
}

const NOW_MS = 1_000;

const threePages = createBatch({
  pages: [
    { size: 200, kind: 's' },
    { size: 2, kind: '3' },
    { size: 3, kind: null },
  ],
  mode: 'concurrent',
  maxParallel: 50,
});

const mixed = createBatch({
  pages: [
    { size: 4, kind: 's' },
    { size: 2, kind: '3' },
    { size: 3, kind: null },
  ],
  mode: 'concurrent',
  maxParallel: 50,
});

function unitOf(batch: Batch): BatchUnit {
  const step = nextStep(batch, NOW_MS);
  if (step?.kind !== 'start') throw new Error('no unit is to be started');
  return step.unit;
}

/** Starts and ends the next unit. */
function runUnit(batch: Batch, marks: readonly EndMark[], causes: readonly string[] = []): Batch {
  const unit = unitOf(batch);
  return endUnit(startUnit(batch, unit), { ...unit, marks, causes });
}

describe('nextStep', () => {
  it('gives a unit its share of the room, so that up to four run side by side, and of the items', () => {
    expect(unitOf(threePages)).toMatchObject({ page: 0, number: 0, kind: 's', parallel: 17 });
    expect(unitOf(threePages).offsets).toHaveLength(17 * 4);
  });

  it('starts a whole page as one unit as long as there is enough for all places', () => {
    const pages = Array.from({ length: 20 }, () => ({ size: 200, kind: 's' }) as const);
    const batch = createBatch({ pages, mode: 'concurrent', maxParallel: 50 });

    expect(unitOf(batch).offsets).toHaveLength(200);
  });

  it('leaves no unit alone with many items, at fewer places than there are', () => {
    const pages = [{ size: 200, kind: 's' } as const, { size: 1, kind: 's' } as const];

    expect(runEvenly(createBatch({ pages, mode: 'concurrent', maxParallel: 2 })).length).toBeLessThan(110);
  });

  it('gives items of subjects, which run in one unit at a time, all the room unless others want some', () => {
    const page = { size: 200, kind: 'i' } as const;
    const [alone, beside] = [
      [page, page, page],
      [page, page, { size: 1, kind: 's' } as const, { size: 9, kind: null }],
    ].map((pages) => createBatch({ pages, mode: 'concurrent', maxParallel: 3 }));

    expect(unitOf(alone ?? threePages)).toMatchObject({ parallel: 3 });
    expect(unitOf(alone ?? threePages).offsets).toHaveLength(200);
    expect(unitOf(beside ?? threePages)).toMatchObject({ parallel: 1 });
  });

  it('lets a unit that has rested go on before another is started, also while the batch is paused, at as many places as are free', () => {
    const batch = createBatch({
      pages: [
        { size: 4, kind: '3' },
        { size: 9, kind: 's' },
      ],
      mode: 'concurrent',
      maxParallel: 3,
    });
    const [first, ...others] = [0, 1, 2].map((number) => ({ page: 0, number, kind: '3', offsets: [number], parallel: 1 }) as const);
    const full = [first, ...others].reduce((before, unit) => (unit === undefined ? before : startUnit(before, unit)), batch);
    const resting = noteRest(full, { page: 0, number: 0, rest: 1, wants: 0, ...NOTHING });
    const asking = noteRest(resting, { page: 0, number: 0, rest: 1, wants: 9, ...NOTHING });

    expect(nextStep(full, NOW_MS)).toBeNull();
    expect(nextStep(resting, NOW_MS)).toMatchObject({ kind: 'start', unit: { offsets: [3] } });
    expect(nextStep(pauseBatch(asking), NOW_MS)).toMatchObject({ kind: 'resume', rested: { number: 0 }, rest: 1, parallel: 1 });
  });

  it('runs no more of a unit at once than can be recorded at once, and starts more units instead', () => {
    const pages = [{ size: 200, kind: 's' } as const, { size: 200, kind: 's' } as const];
    const batch = createBatch({ pages, mode: 'concurrent', maxParallel: 1_000 });

    expect(unitOf(batch).parallel).toBe(32);
    expect(unitOf(startUnit(batch, unitOf(batch)))).toMatchObject({ number: 1, parallel: 32 });
  });

  it('knows of each item how it runs, also where all of a page run alike', () => {
    expect(['3', 's', 's3', '3s'].map((kinds) => kindAt(kinds, 1))).toEqual(['3', 's', '3', 's']);
  });

  it('gives a lone page all the room', () => {
    const batch = createBatch({ pages: [{ size: 100, kind: 's' }], mode: 'concurrent', maxParallel: 20 });
    expect(unitOf(batch).parallel).toBe(20);
  });

  it('stays as it is when it is paused after its cancellation', () => {
    const running = startUnit(threePages, unitOf(threePages));
    const cancelled = cancelBatch(running, NOW_MS);
    expect(pauseBatch(cancelled)).toBe(cancelled);
  });

  it('starts items that run on their own one by one', () => {
    const second = startUnit(mixed, unitOf(mixed));
    const third = startUnit(second, unitOf(second));

    expect(unitOf(second)).toEqual({ page: 1, number: 0, kind: '3', offsets: [0], parallel: 1 });
    expect(unitOf(third)).toEqual({ page: 1, number: 1, kind: '3', offsets: [1], parallel: 1 });
  });

  it('has a page read that may have both kinds, once its turn has come', () => {
    let batch = mixed;
    for (let units = 0; units < 3; units += 1) batch = startUnit(batch, unitOf(batch));

    expect(nextStep(batch, NOW_MS)).toEqual({ kind: 'read', page: 2 });
    expect(unitOf(knowKinds(batch, 2, { kinds: 's3s', dueAtMs: null }))).toMatchObject({ page: 2, kind: 's', offsets: [0] });
  });
});

describe('nextDueMs', () => {
  const page = { kinds: 'dd', dueAtMs: NOW_MS + 10 };
  const delayed = knowKinds(createBatch({ pages: [{ size: 2, kind: null }], mode: 'concurrent', maxParallel: 2 }), 0, page);

  it('is when the first of the delayed items is due', () => {
    expect(nextDueMs(delayed)).toBe(NOW_MS + 10);
    expect(nextStep(delayed, NOW_MS + 9)).toBeNull();
    expect(nextStep(delayed, NOW_MS + 10)).toEqual({ kind: 'read', page: 0 });
  });

  it('is never while the batch is paused, or once none is pending', () => {
    expect(nextDueMs(threePages)).toBeNull();
    expect(nextDueMs(pauseBatch(delayed))).toBeNull();
    expect(nextDueMs(cancelItem(cancelItem(delayed, 0, 0, NOW_MS), 0, 1, NOW_MS))).toBeNull();
  });
});

describe('endUnit', () => {
  it('changes nothing for a unit that was never started', () => {
    const started = startUnit(threePages, unitOf(threePages));

    expect(endUnit(started, { page: 0, number: 1, marks: ['c'], causes: [] })).toBe(started);
    expect(endUnit(started, { page: 3, number: 0, marks: ['c'], causes: [] })).toBe(started);
  });

  it('counts items as failed for which no verdict came', () => {
    const batch = createBatch({ pages: [{ size: 3, kind: 's' }], mode: 'concurrent', maxParallel: 3 });

    const ended = runUnit(batch, ['c']);

    expect(ended.counts).toMatchObject({ completed: 1, failed: 2 });
    expect(ended.failures).toEqual({ unknown: { count: 2, example: 1 } });
  });

  it('groups what failed by cause, and counts what is beyond a hundred of them together', () => {
    const causes = Array.from({ length: 150 }, (_, index) => `cause-${index % 120}`);
    const batch = createBatch({ pages: [{ size: 150, kind: 's' }], mode: 'concurrent', maxParallel: 3 });

    const { failures } = runUnit(
      batch,
      causes.map(() => 'f'),
      causes,
    );

    expect(Object.keys(failures)).toHaveLength(101);
    expect(failures['cause-0']).toEqual({ count: 2, example: 0 });
    expect(failures['cause-99']).toEqual({ count: 1, example: 99 });
    expect(failures[OTHER_CAUSES]).toEqual({ count: 20, example: 100 });
  });

  it.each(['__proto__', 'constructor', 'toString'])('groups by a cause that is called "%s" like by any other', (cause) => {
    const batch = createBatch({ pages: [{ size: 2, kind: 's' }], mode: 'concurrent', maxParallel: 3 });

    const { failures } = JSON.parse(JSON.stringify(runUnit(batch, ['f', 'f'], [cause, cause]))) as Batch;

    expect(Object.entries(failures)).toEqual([[cause, { count: 2, example: 0 }]]);
  });
});

describe('noteRest', () => {
  const started = startUnit(createBatch({ pages: [{ size: 4, kind: 's' }], mode: 'concurrent', maxParallel: 4 }), {
    page: 0,
    number: 0,
    kind: 's',
    offsets: [0, 1, 2, 3],
    parallel: 4,
  });
  const unit = { page: 0, number: 0 };
  const note = { ...unit, rest: 1, wants: 0, marks: ['c', 'f', 'p', 'f'], causes: ['a', 'b'] } as const;
  const resting = noteRest(started, note);

  it('counts what has ended, once, while the others wait', () => {
    expect(resting.counts).toMatchObject({ running: 1, completed: 1, failed: 2 });
    expect(resting.failures).toEqual({ a: { count: 1, example: 1 }, b: { count: 1, example: 3 } });
    expect(endUnit(resting, { ...unit, marks: ['c', 'f', 'c', 'f'], causes: ['a', 'b'] })).toMatchObject({
      counts: { running: 0, completed: 2, failed: 2 },
      failures: { a: { count: 1 }, b: { count: 1 } },
    });
  });

  it('leaves what is retried meanwhile to the unit that retries it', () => {
    const retried = retryFailed(resting);
    const again = startUnit(retried, unitOf(retried));
    const after = endUnit(again, { ...unit, marks: ['c', 'f', 'f', 'f'], causes: ['a', 'c', 'b'] });

    expect(unitOf(retried)).toMatchObject({ number: 1, offsets: [1, 3] });
    expect(after.counts).toMatchObject({ running: 2, completed: 1, failed: 1 });
    expect(after.failures).toEqual({ c: { count: 1, example: 2 } });
    expect(endUnit(after, { page: 0, number: 1, marks: ['c', 'c'], causes: [] }).counts).toMatchObject({ completed: 3, failed: 1 });
  });

  it('is heard of a later rest, not of an earlier one', () => {
    const working = endRest(resting, { ...unit, kind: 's', parallel: 1 }, 1, 1);

    expect(freePlaces(resting)).toBe(4);
    expect(freePlaces(working)).toBe(3);
    expect(noteRest(working, note)).toBe(working);
    expect(freePlaces(noteRest(working, { ...note, rest: 2 }))).toBe(4);
    expect(noteRest(working, { ...note, number: 9 })).toBe(working);
  });
});

describe('retryFailed', () => {
  const two = createBatch({ pages: [{ size: 2, kind: 's' }], mode: 'concurrent', maxParallel: 2 });

  it('of an ended batch is its next run, and goes on at once even if it ended while it was paused', () => {
    const unit = unitOf(two);
    const ended = endUnit(pauseBatch(startUnit(two, unit)), { ...unit, marks: ['c', 'f'], causes: ['a'] });

    const again = retryFailed(ended);

    expect(again.run).toBe(2);
    expect(statusOf(again)).toBe('running');
    expect(unitOf(again)).toEqual({ page: 0, number: 1, kind: 's', offsets: [1], parallel: 1 });
  });

  it('starts the failed items again, and none between them', () => {
    const three = createBatch({ pages: [{ size: 3, kind: 's' }], mode: 'concurrent', maxParallel: 2 });

    const again = retryFailed(runUnit(three, ['f', 'c', 'f'], ['a', 'a']));

    expect(unitOf(again)).toMatchObject({ number: 1, offsets: [0, 2] });
    expect(runUnit(again, ['c', 'c']).counts).toMatchObject({ completed: 3, failed: 0 });
  });

  it('changes nothing where nothing has failed', () => {
    expect(retryFailed(two)).toBe(two);
  });

  it('of a batch under way is a part of its run, and leaves a pause as it is', () => {
    const batch = createBatch({ pages: [{ size: 2, kind: '3' }], mode: 'sequential', maxParallel: 2 });
    const paused = pauseBatch(runUnit(batch, ['f'], ['a']));

    const again = retryFailed(paused);

    expect(again).toMatchObject({ run: 1, isPaused: true, counts: { pending: 2, failed: 0 }, failures: {} });
  });
});

describe('statusOf', () => {
  const two = createBatch({ pages: [{ size: 2, kind: 's' }], mode: 'concurrent', maxParallel: 2 });

  it.each<[readonly EndMark[], string]>([
    [['c', 'c'], 'completed'],
    [['c', 'f'], 'partial'],
    [['f', 'f'], 'failed'],
    [['c', 'x'], 'cancelled'],
    [['f', 'x'], 'cancelled'],
  ])('of items that ended as %j is %s', (marks, status) => {
    expect(statusOf(runUnit(two, marks))).toBe(status);
  });

  it('is paused until it is resumed, and nothing starts meanwhile', () => {
    const paused = pauseBatch(two);

    expect(statusOf(paused)).toBe('paused');
    expect(nextStep(paused, NOW_MS)).toBeNull();
    expect(statusOf(resumeBatch(paused))).toBe('running');
  });

  it('is cancelled once what runs has ended, and what was pending never starts', () => {
    const pages = [{ size: 2, kind: '3' } as const];
    const batch = createBatch({ pages, mode: 'sequential', maxParallel: 1 });
    const unit = unitOf(batch);

    const cancelled = cancelBatch(startUnit(batch, unit), NOW_MS);

    expect(statusOf(cancelled)).toBe('running');
    expect(nextStep(cancelled, NOW_MS)).toBeNull();
    expect(cancelled.counts).toMatchObject({ running: 1, cancelled: 1 });
    expect(statusOf(endUnit(cancelled, { ...unit, marks: ['c'], causes: [] }))).toBe('cancelled');
  });
});

describe('locate', () => {
  it('finds each item in its page, and none beyond them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 6 }), (sizes) => {
        const places = sizes.flatMap((size, page) => Array.from({ length: size }, (_, offset) => ({ page, offset })));

        expect(places.map((_, index) => locate(sizes, index))).toEqual(places);
        expect(locate(sizes, places.length)).toBeNull();
        expect(locate(sizes, -1)).toBeNull();
      }),
    );
  });
});

describe('lastUnitOf', () => {
  it('is none for an item that has never run', () => {
    expect(lastUnitOf({ marks: 'pc', kinds: 'ss', units: ['1'] }, 0)).toBeNull();
  });

  it('is the last one that includes the item, and says how many have', () => {
    const page = { marks: 'fcc', kinds: 'sss', units: ['0-2', '0', '2', '0'] };

    expect(lastUnitOf(page, 0)).toEqual({ number: 3, runs: 3 });
    expect(lastUnitOf(page, 1)).toEqual({ number: 0, runs: 1 });
  });
});
