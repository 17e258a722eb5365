import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchMode, ItemKind } from '../../../domain/accepted-batch.ts';
import { BATCH_MODES } from '../../../domain/accepted-batch.ts';
import type { Batch, BatchPage, BatchUnit, EndLetter, Letter } from '../../../domain/batch.ts';
import {
  OTHER_CAUSES,
  cancelBatch,
  createBatch,
  endUnit,
  isOver,
  isOwnKind,
  knowKinds,
  lastUnitOf,
  locate,
  nextStep,
  pauseBatch,
  resumeBatch,
  retryFailed,
  startUnit,
  statusOf,
} from '../../../domain/batch.ts';

type Step =
  // Starts whatever the batch says is next, if anything is.
  | { readonly kind: 'go on' }
  | { readonly kind: 'end'; readonly which: number; readonly letters: readonly EndLetter[] }
  // Its word came twice, or once more long after.
  | { readonly kind: 'end again'; readonly which: number }
  | { readonly kind: 'pause' | 'resume' | 'cancel' | 'retry failed' }
  // The state goes through the engine's JSON.
  | { readonly kind: 'continue as new' };

const anyWhich = fc.nat(1_000);
const anyLetter = fc.constantFrom<EndLetter>('c', 'c', 'f', 'x');
const anyLetters = fc.array(anyLetter, { minLength: 8, maxLength: 8 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('go on') }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('end'), which: anyWhich, letters: anyLetters }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end again'), which: anyWhich }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'retry failed', 'continue as new') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resume') }) },
  fc.record({ kind: fc.constant('cancel') }),
);

const anyKinds = fc.oneof(
  fc.array(fc.constantFrom<ItemKind>('shared', 'own'), { minLength: 1, maxLength: 8 }),
  fc.integer({ min: 1, max: 8 }).map((size) => Array.from({ length: size }, (): ItemKind => 'shared')),
);
// Small ones too: they come to an end, and go on after it.
const anyPages = fc.oneof(
  fc.array(anyKinds, { minLength: 1, maxLength: 4 }),
  fc.tuple(fc.array(fc.constantFrom<ItemKind>('shared', 'own'), { minLength: 1, maxLength: 2 })),
);
const anySetting: fc.Arbitrary<Setting> = fc.record({
  pages: anyPages,
  mode: fc.constantFrom(...BATCH_MODES),
  maxParallel: fc.integer({ min: 1, max: 9 }),
});

interface Setting {
  readonly pages: readonly (readonly ItemKind[])[];
  readonly mode: BatchMode;
  readonly maxParallel: number;
}

/** The batch, and what is to be true of it as told by the steps alone. */
interface World {
  batch: Batch;
  readonly kinds: readonly (readonly ItemKind[])[];
  readonly isSequential: boolean;
  readonly maxParallel: number;
  readonly items: ModelItem[];
  readonly running: BatchUnit[];
  readonly ended: BatchUnit[];
  isPaused: boolean;
  isCancelled: boolean;
  run: number;
}

interface ModelItem {
  letter: Letter;
  cause: string | null;
  /** The units that ran it, and the verdicts that it had. */
  readonly units: number[];
  verdicts: number;
}

function createWorld({ pages, mode, maxParallel }: Setting): World {
  const plans = pages.map((kinds) => ({ size: kinds.length, kind: new Set(kinds).size === 1 ? (kinds[0] ?? null) : null }));
  return {
    batch: createBatch({ pages: plans, mode, maxParallel }),
    kinds: pages,
    isSequential: mode === 'sequential',
    maxParallel: mode === 'sequential' ? 1 : maxParallel,
    items: pages.flat().map(() => ({ letter: 'p', cause: null, units: [], verdicts: 0 })),
    running: [],
    ended: [],
    isPaused: false,
    isCancelled: false,
    run: 1,
  };
}

function takeStep(world: World, step: Step): void {
  const { batch, running, ended } = world;
  const over = world.items.every(({ letter }) => letter !== 'p' && letter !== 'r');
  switch (step.kind) {
    case 'go on':
      goOn(world);
      break;
    case 'end': {
      const [unit] = running.splice(step.which % running.length, 1);
      if (unit !== undefined) end(world, unit, step.letters);
      break;
    }
    case 'end again': {
      const unit = ended[step.which % ended.length];
      if (unit !== undefined) expect(endUnit(batch, verdictOf(unit, []))).toBe(batch);
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
      world.batch = cancelBatch(batch);
      world.isPaused = false;
      world.isCancelled = true;
      for (const item of world.items) if (item.letter === 'p') item.letter = 'x';
      break;
    case 'retry failed': {
      const failed = world.items.filter(({ letter }) => letter === 'f');
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
      for (const item of failed) Object.assign(item, { letter: 'p', cause: null });
      break;
    }
    case 'continue as new':
      world.batch = JSON.parse(JSON.stringify(batch)) as Batch;
      expect(world.batch).toEqual(batch);
      break;
  }
}

/** Does what the batch says is next, after a look at whether it may. */
function goOn(world: World): void {
  const step = nextStep(world.batch);
  const free = world.maxParallel - world.running.reduce((sum, { parallel }) => sum + parallel, 0);
  const pending = world.items.findIndex(({ letter }) => letter === 'p');
  expect(step === null).toBe(world.isPaused || world.isCancelled || free === 0 || pending === -1);
  if (step === null) return;
  const first = placeOf(world, pending);
  if (step.kind === 'read') {
    expect(step.page).toBe(first?.page);
    expect(new Set(world.kinds[step.page]).size).toBe(2);
    world.batch = knowKinds(world.batch, step.page, world.kinds[step.page] ?? []);
    return goOn(world);
  }
  const { unit } = step;
  expect({ page: unit.page, offset: unit.offsets[0] }).toEqual(first);
  expect(unit.parallel).toBeGreaterThanOrEqual(1);
  expect(unit.parallel).toBeLessThanOrEqual(Math.min(free, unit.offsets.length));
  if (world.isSequential) expect(world.running).toEqual([]);
  const kinds = world.kinds[unit.page] ?? [];
  for (const offset of unit.offsets) {
    expect(kinds[offset]).toBe(unit.kind);
    expect(itemAt(world, unit.page, offset).letter).toBe('p');
  }
  if (unit.kind === 'own') expect(unit.offsets).toHaveLength(1);
  else expect(unit.offsets).toEqual(pendingUpToAnOwn(world, unit.page));

  world.batch = startUnit(world.batch, unit);
  world.running.push(unit);
  for (const offset of unit.offsets) {
    const item = itemAt(world, unit.page, offset);
    item.letter = 'r';
    item.units.push(unit.number);
  }
}

/** All pending items of a page, in order, but none that comes after one that is pending and runs on its own. */
function pendingUpToAnOwn(world: World, page: number): readonly number[] {
  const kinds = world.kinds[page] ?? [];
  const pending = kinds.flatMap((_, offset) => (itemAt(world, page, offset).letter === 'p' ? [offset] : []));
  const own = pending.findIndex((offset) => kinds[offset] === 'own');
  return own === -1 ? pending : pending.slice(0, own);
}

function end(world: World, unit: BatchUnit, given: readonly EndLetter[]): void {
  const verdict = verdictOf(unit, given);
  world.batch = endUnit(world.batch, verdict);
  world.ended.push(unit);
  const causes = [...verdict.causes];
  for (const [index, offset] of unit.offsets.entries()) {
    const item = itemAt(world, unit.page, offset);
    item.letter = verdict.letters[index] ?? 'f';
    item.cause = item.letter === 'f' ? (causes.shift() ?? null) : null;
    item.verdicts += 1;
  }
}

function verdictOf(unit: BatchUnit, given: readonly EndLetter[]) {
  const letters = unit.offsets.map((_, index) => given[index] ?? 'c');
  const causes = unit.offsets.filter((_, index) => letters[index] === 'f').map((offset) => `cause-${offset % 3}`);
  return { page: unit.page, number: unit.number, letters, causes };
}

function placeOf({ kinds }: World, index: number) {
  return locate(
    kinds.map(({ length }) => length),
    index,
  );
}

function itemAt({ kinds, items }: World, page: number, offset: number): ModelItem {
  const item = items[kinds.slice(0, page).flat().length + offset];
  if (item === undefined) throw new Error(`there is no item ${page}/${offset}`);
  return item;
}

const NO_PAGE: BatchPage = { letters: '', kinds: null, units: [] };

function expectInvariants(world: World): void {
  const { batch, items, running } = world;
  const letters = items.map(({ letter }) => letter);
  const countOf = (letter: Letter): number => letters.filter((one) => one === letter).length;
  const { total, pending, running: runningItems, completed, failed, cancelled } = batch.counts;

  expect(batch.pages.map((page) => page.letters).join('')).toBe(letters.join(''));
  expect(pending + runningItems + completed + failed + cancelled).toBe(total);
  expect(batch.counts).toEqual({
    total: items.length,
    pending: countOf('p'),
    running: countOf('r'),
    completed: countOf('c'),
    failed: countOf('f'),
    cancelled: countOf('x'),
  });
  expect(batch.running).toEqual(running.map(({ page, number, parallel }) => ({ page, number, parallel })));
  expect(running.reduce((sum, { parallel }) => sum + parallel, 0)).toBeLessThanOrEqual(world.maxParallel);
  expect(running.flatMap(({ offsets }) => offsets)).toHaveLength(countOf('r'));
  expect(
    batch.pages
      .slice(0, batch.firstPage)
      .map((page) => page.letters)
      .join(''),
  ).not.toContain('p');
  expect(batch.run).toBe(world.run);
  const last = world.kinds.flatMap((kinds, page) => kinds.map((_, offset) => lastUnitOf(batch.pages[page] ?? NO_PAGE, offset)));
  expect(last).toEqual(items.map(({ units }) => (units.length === 0 ? null : { number: units.at(-1), runs: units.length })));
  const due = items.map(({ letter, units }) => (letter === 'r' ? units.length - 1 : units.length));
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
  const letters = new Set(items.map(({ letter }) => letter));
  if (letters.has('p') || letters.has('r')) return isPaused ? 'paused' : 'running';
  if (letters.has('x')) return 'cancelled';
  if (!letters.has('f')) return 'completed';
  return letters.has('c') ? 'partial' : 'failed';
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

        for (let rounds = 0; !isOver(world.batch) && rounds <= 2 * world.items.length; rounds += 1) {
          takeStep(world, { kind: 'go on' });
          takeStep(world, { kind: 'end', which: 0, letters: [] });
        }

        expect(isOver(world.batch)).toBe(true);
        expectInvariants(world);
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
          expect(world.running).toHaveLength(1);
          for (const { page, offsets } of world.running) {
            order.push(...offsets.map((offset) => pages.slice(0, page).flat().length + offset));
          }
          takeStep(world, { kind: 'end', which: 0, letters: [] });
        }

        expect(order).toEqual(world.items.map((_, index) => index));
      }),
    );
  });
});

const threePages = createBatch({
  pages: [
    { size: 200, kind: 'shared' },
    { size: 2, kind: 'own' },
    { size: 3, kind: null },
  ],
  mode: 'concurrent',
  maxParallel: 50,
});

function unitOf(batch: Batch): BatchUnit {
  const step = nextStep(batch);
  if (step?.kind !== 'start') throw new Error('no unit is to be started');
  return step.unit;
}

/** Starts and ends the next unit. */
function runUnit(batch: Batch, letters: readonly EndLetter[], causes: readonly string[] = []): Batch {
  const unit = unitOf(batch);
  return endUnit(startUnit(batch, unit), { ...unit, letters, causes });
}

describe('nextStep', () => {
  it('starts a whole page as one unit that has its share of the room, so that up to four run side by side', () => {
    expect(unitOf(threePages)).toMatchObject({ page: 0, number: 0, kind: 'shared', parallel: 17 });
    expect(unitOf(threePages).offsets).toHaveLength(200);
  });

  it('runs no more of a unit at once than can be recorded at once, and starts more units instead', () => {
    const pages = [{ size: 200, kind: 'shared' } as const, { size: 200, kind: 'shared' } as const];
    const batch = createBatch({ pages, mode: 'concurrent', maxParallel: 1_000 });

    expect(unitOf(batch).parallel).toBe(32);
    expect(unitOf(startUnit(batch, unitOf(batch)))).toMatchObject({ page: 1, parallel: 32 });
  });

  it('knows of each item whether it runs on its own, where all of a page do or do not, and where that is unknown', () => {
    expect(['o', 's', 'so', 'os', null].map((kinds) => isOwnKind(kinds, 1))).toEqual([true, false, true, false, false]);
  });

  it('gives a lone page all the room', () => {
    const batch = createBatch({ pages: [{ size: 100, kind: 'shared' }], mode: 'concurrent', maxParallel: 20 });
    expect(unitOf(batch).parallel).toBe(20);
  });

  it('stays as it is when it is paused after its cancellation', () => {
    const running = startUnit(threePages, unitOf(threePages));
    const cancelled = cancelBatch(running);
    expect(pauseBatch(cancelled)).toBe(cancelled);
  });

  it('starts items that run on their own one by one', () => {
    const second = startUnit(threePages, unitOf(threePages));
    const third = startUnit(second, unitOf(second));

    expect(unitOf(second)).toEqual({ page: 1, number: 0, kind: 'own', offsets: [0], parallel: 1 });
    expect(unitOf(third)).toEqual({ page: 1, number: 1, kind: 'own', offsets: [1], parallel: 1 });
  });

  it('has a page read that may have both kinds, once its turn has come', () => {
    let batch = threePages;
    for (let units = 0; units < 3; units += 1) batch = startUnit(batch, unitOf(batch));

    expect(nextStep(batch)).toEqual({ kind: 'read', page: 2 });
    expect(unitOf(knowKinds(batch, 2, ['shared', 'own', 'shared']))).toMatchObject({ page: 2, kind: 'shared', offsets: [0] });
  });
});

describe('endUnit', () => {
  it('changes nothing for a unit that was never started', () => {
    const started = startUnit(threePages, unitOf(threePages));

    expect(endUnit(started, { page: 0, number: 1, letters: ['c'], causes: [] })).toBe(started);
    expect(endUnit(started, { page: 3, number: 0, letters: ['c'], causes: [] })).toBe(started);
  });

  it('counts items as failed for which no verdict came', () => {
    const batch = createBatch({ pages: [{ size: 3, kind: 'shared' }], mode: 'concurrent', maxParallel: 3 });

    const ended = runUnit(batch, ['c']);

    expect(ended.counts).toMatchObject({ completed: 1, failed: 2 });
    expect(ended.failures).toEqual({ unknown: { count: 2, example: 1 } });
  });

  it('groups what failed by cause, and counts what is beyond a hundred of them together', () => {
    const causes = Array.from({ length: 150 }, (_, index) => `cause-${index % 120}`);
    const batch = createBatch({ pages: [{ size: 150, kind: 'shared' }], mode: 'concurrent', maxParallel: 3 });

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
    const batch = createBatch({ pages: [{ size: 2, kind: 'shared' }], mode: 'concurrent', maxParallel: 3 });

    const { failures } = JSON.parse(JSON.stringify(runUnit(batch, ['f', 'f'], [cause, cause]))) as Batch;

    expect(Object.entries(failures)).toEqual([[cause, { count: 2, example: 0 }]]);
  });
});

describe('retryFailed', () => {
  const two = createBatch({ pages: [{ size: 2, kind: 'shared' }], mode: 'concurrent', maxParallel: 2 });

  it('of an ended batch is its next run, and goes on at once even if it ended while it was paused', () => {
    const unit = unitOf(two);
    const ended = endUnit(pauseBatch(startUnit(two, unit)), { ...unit, letters: ['c', 'f'], causes: ['a'] });

    const again = retryFailed(ended);

    expect(again.run).toBe(2);
    expect(statusOf(again)).toBe('running');
    expect(unitOf(again)).toEqual({ page: 0, number: 1, kind: 'shared', offsets: [1], parallel: 1 });
  });

  it('starts the failed items again, and none between them', () => {
    const three = createBatch({ pages: [{ size: 3, kind: 'shared' }], mode: 'concurrent', maxParallel: 2 });

    const again = retryFailed(runUnit(three, ['f', 'c', 'f'], ['a', 'a']));

    expect(unitOf(again)).toMatchObject({ number: 1, offsets: [0, 2] });
    expect(runUnit(again, ['c', 'c']).counts).toMatchObject({ completed: 3, failed: 0 });
  });

  it('changes nothing where nothing has failed', () => {
    expect(retryFailed(two)).toBe(two);
  });

  it('of a batch under way is a part of its run, and leaves a pause as it is', () => {
    const batch = createBatch({ pages: [{ size: 2, kind: 'own' }], mode: 'sequential', maxParallel: 2 });
    const paused = pauseBatch(runUnit(batch, ['f'], ['a']));

    const again = retryFailed(paused);

    expect(again).toMatchObject({ run: 1, isPaused: true, counts: { pending: 2, failed: 0 }, failures: {} });
  });
});

describe('statusOf', () => {
  const two = createBatch({ pages: [{ size: 2, kind: 'shared' }], mode: 'concurrent', maxParallel: 2 });

  it.each<[readonly EndLetter[], string]>([
    [['c', 'c'], 'completed'],
    [['c', 'f'], 'partial'],
    [['f', 'f'], 'failed'],
    [['c', 'x'], 'cancelled'],
    [['f', 'x'], 'cancelled'],
  ])('of items that ended as %j is %s', (letters, status) => {
    expect(statusOf(runUnit(two, letters))).toBe(status);
  });

  it('is paused until it is resumed, and nothing starts meanwhile', () => {
    const paused = pauseBatch(two);

    expect(statusOf(paused)).toBe('paused');
    expect(nextStep(paused)).toBeNull();
    expect(statusOf(resumeBatch(paused))).toBe('running');
  });

  it('is cancelled once what runs has ended, and what was pending never starts', () => {
    const pages = [{ size: 2, kind: 'own' } as const];
    const batch = createBatch({ pages, mode: 'sequential', maxParallel: 1 });
    const unit = unitOf(batch);

    const cancelled = cancelBatch(startUnit(batch, unit));

    expect(statusOf(cancelled)).toBe('running');
    expect(nextStep(cancelled)).toBeNull();
    expect(cancelled.counts).toMatchObject({ running: 1, cancelled: 1 });
    expect(statusOf(endUnit(cancelled, { ...unit, letters: ['c'], causes: [] }))).toBe('cancelled');
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
    expect(lastUnitOf({ letters: 'pc', kinds: 'ss', units: ['1'] }, 0)).toBeNull();
  });

  it('is the last one that includes the item, and says how many have', () => {
    const page = { letters: 'fcc', kinds: 'sss', units: ['0-2', '0', '2', '0'] };

    expect(lastUnitOf(page, 0)).toEqual({ number: 3, runs: 3 });
    expect(lastUnitOf(page, 1)).toEqual({ number: 0, runs: 1 });
  });
});
