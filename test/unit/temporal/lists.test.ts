import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessBefore } from '../../../domain/newest.ts';
import type { Place } from '../../../domain/newest.ts';
import { readFirstRuns } from '../../../temporal/list-first-runs.ts';
import { readIds } from '../../../temporal/list-by-id.ts';
import { readNewest } from '../../../temporal/list-newest.ts';
import type { ListedWorkflow } from '../../../temporal/list-workflows.ts';
import { createFakeIndex } from '../../support/fake-index.ts';
import type { FakeIndex } from '../../support/fake-index.ts';

const query = "WorkflowType = 'any'";
const MOST_PAGES = 500;

type Change = readonly ['start' | 'end' | 'goOn', number];

const changes = (maxLength: number): fc.Arbitrary<readonly Change[]> =>
  fc.array(fc.tuple(fc.constantFrom('start', 'end', 'goOn'), fc.nat(200)), { maxLength });
// Several in a microsecond, too.
const ticks = fc.func(fc.constantFrom(0, 1, 1, 50, 1_000_000, 3_600_000_000));
const history = fc.record({
  mostInPage: fc.integer({ min: 1, max: 20 }),
  tick: ticks,
  before: changes(80),
  meanwhile: changes(60),
  count: fc.integer({ min: 1, max: 9 }),
  isSql: fc.boolean(),
  // How long before a place, in microseconds.
  guess: fc.func(fc.constantFrom(null, 1, 100, 10_000_000, 86_400_000_000)),
});

function apply(index: FakeIndex, [kind, place]: Change, hasNewRuns: boolean): void {
  if (kind === 'start') index.start(`w${index.rows().length}`);
  else if (kind === 'goOn' && hasNewRuns) index.goOn(place);
  else index.end(place);
}

/** An index with a past, which goes on while it is read. */
function indexOf({ mostInPage, tick, before, meanwhile }: typeof history extends fc.Arbitrary<infer T> ? T : never, hasNewRuns = false) {
  // A run that goes on does so later than it began.
  const index = createFakeIndex(mostInPage, hasNewRuns ? (change) => Math.max(1, tick(change)) : tick);
  for (const change of before) apply(index, change, hasNewRuns);
  const known = [...index.rows()];
  const left = [...meanwhile];
  index.beforePage = () => {
    const change = left.shift();
    if (change !== undefined) apply(index, change, hasNewRuns);
  };
  return { index, known };
}

async function follow(next: (place: Place | null) => Promise<{ shown: readonly ListedWorkflow[]; next: Place | null }>, count: number) {
  const all: ListedWorkflow[] = [];
  let place: Place | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page: { shown: readonly ListedWorkflow[]; next: Place | null } = await next(place);
    expect(page.shown.length).toBeLessThanOrEqual(count);
    all.push(...page.shown);
    place = page.next;
    if (place === null) return all;
  }
  throw new Error('the list has no end');
}

describe('a list that is followed while workflows start and end', () => {
  it('shows each that was there before exactly once, the last started first', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (past) => {
        const { index, known } = indexOf(past);
        const { isSql } = past;
        const guess = (place: Place | null): number | null => {
          const before = past.guess(place);
          return before === null ? null : Math.max(0, (place?.startedAtUs ?? Date.UTC(2026, 0, 1) * 1_000) - before);
        };
        const all = await follow(
          (place) => readNewest({ list: index.list, isSql }, { query, count: past.count, place, guessUs: guess(place) }),
          past.count,
        );
        const runs = all.map(({ runId }) => runId);
        expect(new Set(runs).size).toBe(runs.length);
        expect(runs).toEqual(expect.arrayContaining(known.map(({ runId }) => runId)));
        expect(all.map(({ startedAtUs }) => startedAtUs)).toEqual(all.map(({ startedAtUs }) => startedAtUs).toSorted((a, b) => b - a));
      }),
      { numRuns: 500 },
    );
  });

  it('shows each that goes on as a new run once, where it began', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (past) => {
        const { index, known } = indexOf(past, true);
        const all = await follow(
          (place) => readFirstRuns({ list: index.list, isSql: past.isSql }, { query, count: past.count, place }),
          past.count,
        );
        const ids = all.map(({ workflowId }) => workflowId);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual(expect.arrayContaining(known.map(({ workflowId }) => workflowId)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('knows by its id what goes on as a new run', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (past) => {
        const { index, known } = indexOf({ ...past, meanwhile: past.meanwhile.filter(([kind]) => kind === 'goOn') }, true);
        const open = known.filter((row) => !('closedAtUs' in row) || row.closedAtUs === null).map(({ workflowId }) => workflowId);
        const ids = await readIds(index.list, "WorkflowType = 'any' AND ExecutionStatus = 'Running'");
        expect(ids).toEqual(open.toSorted());
      }),
      { numRuns: 3_000 },
    );
  });
});

it('reads little of a long list', async () => {
  const index = createFakeIndex(1_000, () => 1_000);
  for (let started = 0; started < 5_000; started += 1) {
    index.start(`w${started}`);
    if (started > 300) index.end(250);
  }
  const { shown } = await readNewest({ list: index.list, isSql: true }, { query, count: 50, place: null });
  expect(shown.map(({ workflowId }) => workflowId)).toEqual(Array.from({ length: 50 }, (_, place) => `w${4_999 - place}`));
  expect(index.pages).toBeLessThanOrEqual(6);
});

it('reads one page of a long list where it is told since when there are about as many', async () => {
  const index = createFakeIndex(1_000, () => 1_000);
  for (let started = 0; started < 5_000; started += 1) {
    index.start(`w${started}`);
    if (started > 300) index.end(250);
  }
  const startedAtUs = index.rows()[2_500]?.startedAtUs ?? 0;
  const place = { startedAtUs, runId: '', isShown: true };
  const guessUs = guessBefore(place, 100_000);
  const { shown } = await readNewest({ list: index.list, isSql: true }, { query, count: 50, place, guessUs });
  expect(shown.map(({ workflowId }) => workflowId)).toEqual(Array.from({ length: 50 }, (_, back) => `w${2_499 - back}`));
  expect(index.pages).toBe(1);
});
