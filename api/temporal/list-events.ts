import type { Client } from '@temporalio/client';
import { parseMemberId } from '../../domain/event-id.ts';
import type { EventResource, EventStatus } from '../../domain/event-resource.ts';
import { tierNamesWith } from '../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import type { WorkflowKind } from '../../temporal/durable/names.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { allOf, anyOf, is, isOfType, isSince, isUnset, oneOf } from '../../temporal/list-query.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { EventFilter } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { selectsEvent } from '../selects-event.ts';
import { listNewest } from '../../temporal/list-newest.ts';
import type { ListedWorkflow } from '../../temporal/list-workflows.ts';
import { fromListCursor, toListCursor } from './list-cursor.ts';
import { findChunk, readRuns } from '../../temporal/read-chunk.ts';
import type { FoundChunk } from '../../temporal/read-chunk.ts';
import { readRun } from './read-run.ts';
import type { Page } from '../page.ts';

// Each is read for itself; so many at once keep a page quick without crowding out events.
export const READS_AT_ONCE = 8;

/** An event of a page, and which of its execution's it is. */
interface Entry {
  readonly of: ListedWorkflow;
  readonly index: number;
  readonly read: () => Promise<EventResource | null>;
}

/**
 * A page of events, as the engine's index knows them (it may lag by a second), each read as it is now; chunks are spelled
 * out event by event. Newest first, by when the workflow started that an event came in.
 */
export async function listEvents(client: Client, liveRuns: LiveRuns, filter: EventFilter): Promise<Page<EventResource>> {
  const at = fromListCursor(filter.cursor);
  // An event that leaves its company goes on in a workflow that starts later. Its place is where it came, or it would be missed by
  // whoever has read past the one and hasn't come to the other. Status and subject are found by the workflow it is in alone.
  const isByPlace = filter.status === undefined && filter.subject === undefined;
  // The engine has judged by its own clock when an event came; another process's says when it was accepted.
  const { sinceMs: _judged, ...asked } = filter;
  const { shown: workflows, next } = await listNewest(client, { query: toVisibilityQuery(filter), count: filter.limit, place: at });
  const entries: Entry[] = [];
  for (let from = 0; from < workflows.length && entries.length <= filter.limit; from += READS_AT_ONCE) {
    const found = await mapAtMost(workflows.slice(from, from + READS_AT_ONCE), READS_AT_ONCE, entriesOf);
    entries.push(...found.flat().filter(({ of, index }) => of.runId !== at?.runId || at.index === null || index <= at.index));
  }
  const items = await mapAtMost(entries.slice(0, filter.limit), READS_AT_ONCE, ({ read }) => read());
  const first = entries[filter.limit];
  return {
    items: items.filter((item) => item !== null),
    nextCursor: first === undefined ? next && toListCursor(next) : toListCursor({ ...first.of, isShown: false }, first.index),
  };

  /** Those that came last come first, as in the list. */
  async function entriesOf(workflow: ListedWorkflow): Promise<readonly Entry[]> {
    const { workflowId, runId } = workflow;
    const chunk = await findChunk(client, { workflowId, runId });
    if (chunk === null || (isByPlace && (await isShownElsewhere(workflowId, chunk)))) return [];
    const runs = chunk.events.length === 1 || isByPlace ? null : (await readRuns(client, chunk)).runs;
    const shown = chunk.events.flatMap((event, index) => {
      const hasLeft = runs?.[index]?.hasLeft === true;
      if (hasLeft || (filter.tier !== undefined && event.tier !== filter.tier)) return [];
      const read = async (): Promise<EventResource | null> => {
        const resource = await readRun(client, liveRuns, chunk, index);
        return resource !== null && selectsEvent(resource, asked) ? resource : null;
      };
      return [{ of: workflow, index, read }];
    });
    return shown.toReversed();
  }

  /** Whether it holds an event that left the company it came in, which the engine still knows. */
  async function isShownElsewhere(workflowId: string, { events }: FoundChunk): Promise<boolean> {
    const [event] = events;
    const place = event && parseMemberId(event.id);
    if (!place || eventWorkflowId(event) !== workflowId) return false;
    return (await findChunk(client, { workflowId: eventWorkflowId({ tenant: event.tenant, id: place.chunkId }) })) !== null;
  }
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
