import type { Client } from '@temporalio/client';
import type { EventResource, EventStatus } from '../../domain/event-resource.ts';
import { tierNamesWith } from '../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { allOf, anyOf, is, isOfType, isSince, isUnset, oneOf } from '../../temporal/list-query.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { EventFilter } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { selectsEvent } from '../selects-event.ts';
import type { Execution } from '../../temporal/history.ts';
import { listWorkflows } from '../../temporal/list-workflows.ts';
import { fromListCursor, toListCursor } from './list-cursor.ts';
import { findChunk, readRuns } from '../../temporal/read-chunk.ts';
import { readRun } from './read-run.ts';
import type { Page } from '../page.ts';

// Each is read for itself; so many at once keep a page quick without crowding out events.
export const READS_AT_ONCE = 8;

/** An event of a page, and which of its execution's it is. */
interface Entry {
  readonly runId: string;
  readonly index: number;
  readonly read: () => Promise<EventResource | null>;
}

/**
 * A page of events, as the engine's index knows them (it may lag by a second), each read as it is now; chunks are spelled
 * out event by event.
 */
export async function listEvents(client: Client, liveRuns: LiveRuns, filter: EventFilter): Promise<Page<EventResource>> {
  const { token, at } = fromListCursor(filter.cursor);
  const { workflows, nextToken } = await listWorkflows(client, { query: toVisibilityQuery(filter), pageSize: filter.limit, token });
  // What the last page ended with may be gone by now; then this one is shown from its beginning.
  const first = Math.max(
    0,
    workflows.findIndex(({ runId }) => runId === at?.runId),
  );
  const entries: Entry[] = [];
  for (let from = first; from < workflows.length && entries.length <= filter.limit; from += READS_AT_ONCE) {
    const some = workflows.slice(from, from + READS_AT_ONCE);
    const found = await Promise.all(some.map(({ workflowId, runId }) => entriesOf({ workflowId, runId })));
    entries.push(...found.flat().filter(({ runId, index }) => runId !== at?.runId || index >= at.index));
  }
  const items = await mapAtMost(entries.slice(0, filter.limit), READS_AT_ONCE, ({ read }) => read());
  const next = entries[filter.limit];
  return {
    items: items.filter((item) => item !== null),
    nextCursor: next !== undefined ? toListCursor({ token, at: next }) : nextToken && toListCursor({ token: nextToken, at: null }),
  };

  async function entriesOf(execution: Required<Execution>): Promise<readonly Entry[]> {
    const chunk = await findChunk(client, execution);
    if (chunk === null) return [];
    const runs = chunk.events.length === 1 ? null : (await readRuns(client, chunk)).runs;
    return chunk.events.flatMap((event, index) => {
      // Those that have left are listed by themselves.
      const hasLeft = runs?.[index]?.hasLeft === true;
      if (hasLeft || (filter.tier !== undefined && event.tier !== filter.tier)) return [];
      const read = async (): Promise<EventResource | null> => {
        const resource = await readRun(client, liveRuns, chunk, index);
        return resource !== null && selectsEvent(resource, filter) ? resource : null;
      };
      return [{ runId: execution.runId, index, read }];
    });
  }
}

const FORCED = ['Failed', 'Terminated', 'TimedOut'];

const EXECUTION_STATUS: Readonly<Record<EventStatus, readonly string[]>> = {
  accepted: ['Running'],
  waiting: ['Running'],
  running: ['Running'],
  completed: ['Completed'],
  failed: FORCED,
  cancelled: ['Canceled'],
};

/** The filter in the engine's query language. */
export function toVisibilityQuery({ tenant, type, status, tier, subject, sinceMs }: EventFilter): string {
  const conditions = [isOfType(WORKFLOWS.processChunk), is('Tenant', tenant)];
  if (type !== undefined) conditions.push(is('EventType', type));
  if (status !== undefined) conditions.push(statusCondition(status));
  if (tier !== undefined) conditions.push(oneOf('Tier', tierNamesWith(tier)));
  if (subject !== undefined) conditions.push(is('Subject', subject));
  if (sinceMs !== undefined) conditions.push(isSince(sinceMs));
  return allOf(...conditions);
}

function statusCondition(status: EventStatus): string {
  const condition = oneOf('ExecutionStatus', EXECUTION_STATUS[status]);
  if (status !== 'completed') return condition;
  // What was completed in company stays so, also where all of it was ended by force or by an error of ours. An event by itself
  // that has failed says of what.
  return anyOf(condition, allOf(oneOf('ExecutionStatus', FORCED), isUnset('Cause')));
}
