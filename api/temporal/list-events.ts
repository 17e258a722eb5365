import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { EventStatus } from '../../domain/event-resource.ts';
import type { EventSummary } from '../../domain/event-summary.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { guessBefore } from '../../domain/newest.ts';
import { tierNamesWith } from '../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import type { WorkflowKind } from '../../temporal/durable/names.ts';
import { listNewest } from '../../temporal/list-newest.ts';
import { allOf, anyOf, is, isOfType, isSince, isUnset, oneOf } from '../../temporal/list-query.ts';
import type { ListedWorkflow } from '../../temporal/list-workflows.ts';
import { createGivingWay } from '../giving-way.ts';
import { monotonicMs } from '../../runtime/monotonic.ts';
import type { EventFilter } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { Page } from '../page.ts';
import { selectsEvent } from '../selects-event.ts';
import { findByIds } from './find-by-ids.ts';
import { fromListCursor, toListCursor } from './list-cursor.ts';
import type { ListPlace } from './list-cursor.ts';
import { createListEntries } from './list-entries.ts';
import { createSettledPages } from './settled-pages.ts';
import type { MadePage } from './settled-pages.ts';

// So many at once keep a page quick without crowding out events.
export const READS_AT_ONCE = 8;
const MAX_GUESSES = 200;
// A page takes tens of milliseconds here and of the engine: where many are asked for, events would have to wait for them.
const PAGES_AT_ONCE = 4;
const TURN_WITHIN_MS = 2_000;

export interface ListEventsOptions {
  /** Light events that this process is running, which go first. */
  readonly inFlight: () => number;
  readonly now: () => number;
}

/**
 * Lists events as the engine's index knows them, which may lag by a second; chunks are spelled out event by event. Newest first, by when
 * the workflow started that an event came in. Costs a query of the index, one read for each chunk of several, and one more query where
 * a page has events that may go on elsewhere: replayed, or away from their company. Those who ask for the same page at once share it, and
 * a page of which all has ended is kept for ten minutes. @throws InvalidCursorError, EngineUnavailableError, BusyError
 */
export function createListEvents(
  client: Client,
  liveRuns: LiveRuns,
  { inFlight, now }: ListEventsOptions,
): (filter: EventFilter) => Promise<Page<EventSummary>> {
  // Since when as many have come as the first page of a query has lately shown.
  const guesses = new LRUCache<string, number>({ max: MAX_GUESSES });
  const underWay = new Map<string, Promise<Page<EventSummary>>>();
  const entriesOf = createListEntries(client, liveRuns);
  const settled = createSettledPages({ findByIds: (ids) => findByIds(client, ids), now });
  const inTurn = createGivingWay({ most: PAGES_AT_ONCE, isBusy: () => inFlight() > 0, patienceMs: TURN_WITHIN_MS, now: monotonicMs });

  return (filter) => {
    const key = JSON.stringify(filter);
    const shared = underWay.get(key);
    if (shared !== undefined) return shared;
    const page = readPage(filter).finally(() => underWay.delete(key));
    underWay.set(key, page);
    return page;
  };

  async function readPage(filter: EventFilter): Promise<Page<EventSummary>> {
    const at = fromListCursor(filter.cursor);
    const before = await settled.find(filter);
    if (before !== null) return before;
    const made = await inTurn(() => makePage(filter, at));
    settled.keep(filter, at && at.startedAtUs / 1_000, made);
    return made.page;
  }

  async function makePage(filter: EventFilter, at: ListPlace | null): Promise<MadePage> {
    const query = toVisibilityQuery(filter);
    const guessUs = at === null ? (guesses.get(query) ?? null) : at.spanUs === undefined ? null : guessBefore(at, at.spanUs);
    const { shown: workflows, next } = await listNewest(client, { query, count: filter.limit, place: at, guessUs });
    const spanUs = spanOf(workflows, filter.limit);
    if (at === null && spanUs !== undefined) guesses.set(query, workflows.at(-1)?.startedAtUs ?? 0);
    const entries = await entriesOf(workflows, filter, at);
    const shown = entries.slice(0, filter.limit);
    const lookUp = new Set(shown.flatMap((entry) => entry.lookUp));
    const known = await findByIds(client, lookUp);
    // The engine has judged by its own clock when an event came; another process's says when it was accepted.
    const { sinceMs: _judged, ...asked } = filter;
    const items = await mapAtMost(shown, READS_AT_ONCE, ({ show }) => show(known));
    const first = entries[filter.limit];
    const page = {
      items: items.flatMap((item) => (item !== null && selectsEvent(item, asked) ? [item] : [])),
      nextCursor:
        first === undefined ? next && toListCursor(next, null, spanUs) : toListCursor({ ...first.of, isShown: false }, first.index, spanUs),
    };
    return { page, workflows, lookUp, known };
  }
}

/** How long a time so many have come in; undefined where they are too few to say. */
function spanOf(workflows: readonly ListedWorkflow[], count: number): number | undefined {
  const [first] = workflows;
  const last = workflows.at(-1);
  if (first === undefined || last === undefined || workflows.length < count) return undefined;
  return Math.max(1, first.startedAtUs - last.startedAtUs);
}

const FORCED = ['Failed', 'Terminated', 'TimedOut'];
const EXECUTION_STATUS: Readonly<Record<EventStatus, readonly string[]>> = {
  accepted: ['Running'],
  waiting: ['Running'],
  running: ['Running'],
  completed: ['Completed'],
  partial: ['Completed'],
  failed: FORCED,
  cancelled: ['Canceled'],
};

/** The filter in the engine's query language. */
export function toVisibilityQuery({ tenant, type, status, tier, subject, sinceMs }: EventFilter): string {
  const conditions = [isOfType(WORKFLOWS.processChunk), is('Tenant', tenant)];
  // A handler's run is a part of its event, and stands beside it only as something that has failed.
  if (status !== 'failed') conditions.push(oneOf('Kind', ['event', 'chunk'] satisfies WorkflowKind[]));
  if (type !== undefined) conditions.push(is('EventType', type));
  if (status !== undefined) conditions.push(statusCondition(status));
  if (tier !== undefined) conditions.push(oneOf('Tier', tierNamesWith(tier)));
  if (subject !== undefined) conditions.push(is('Subject', subject));
  if (sinceMs !== undefined) conditions.push(isSince(sinceMs));
  return allOf(...conditions);
}

function statusCondition(status: EventStatus): string {
  const condition = oneOf('ExecutionStatus', EXECUTION_STATUS[status]);
  if (status === 'partial') return allOf(condition, is('Outcome', 'partial'));
  if (status !== 'completed') return condition;
  // What was completed in company stays so, also where all of it was ended by force or by an error of ours. An event by itself
  // that has failed says of what.
  return anyOf(allOf(condition, isUnset('Outcome')), allOf(oneOf('ExecutionStatus', FORCED), isUnset('Cause')));
}
