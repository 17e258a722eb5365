import type { Client } from '@temporalio/client';
import type { EventStatus } from '../../domain/event-resource.ts';
import type { EventFilter, EventPage } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { callEngine } from './engine-call.ts';
import { toKeyword } from '../../domain/keyword.ts';
import { readEvent } from './read-event.ts';

const LIST_TIMEOUT_MS = 1_500;
const LAST_TIME_MS = Date.UTC(9999, 11, 31);

// Each is read for itself; so many at once keep a page quick without crowding out events.
export const READS_AT_ONCE = 8;

/** A page of events, as the engine's index knows them (it may lag by a second), each read as it is now. */
export async function listEvents(client: Client, liveRuns: LiveRuns, filter: EventFilter): Promise<EventPage> {
  const response = await callEngine(client, LIST_TIMEOUT_MS, () =>
    client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      pageSize: filter.limit,
      query: toVisibilityQuery(filter),
      nextPageToken: fromCursor(filter.cursor),
    }),
  );
  const executions = (response.executions ?? []).flatMap(({ execution }) =>
    execution?.workflowId && execution.runId ? [{ workflowId: execution.workflowId, runId: execution.runId }] : [],
  );
  const items = await mapAtMost(executions, READS_AT_ONCE, (execution) => readEvent(client, liveRuns, execution));
  const token = response.nextPageToken;
  return { items: items.filter((item) => item !== null), nextCursor: token && token.length > 0 ? toCursor(token) : null };
}

const EXECUTION_STATUS: Readonly<Record<EventStatus, readonly string[]>> = {
  accepted: ['Running'],
  waiting: ['Running'],
  running: ['Running'],
  completed: ['Completed'],
  failed: ['Failed', 'Terminated', 'TimedOut'],
  cancelled: ['Canceled'],
};

/** The filter in the engine's query language. */
export function toVisibilityQuery({ tenant, type, status, tier, subject, sinceMs }: EventFilter): string {
  const conditions = [`WorkflowType = 'processEvent'`, `Tenant = ${quote(tenant)}`];
  if (type !== undefined) conditions.push(`EventType = ${quote(type)}`);
  if (status !== undefined) conditions.push(`ExecutionStatus IN (${EXECUTION_STATUS[status].map(quote).join(', ')})`);
  if (tier !== undefined) conditions.push(`Tier = ${quote(tier)}`);
  if (subject !== undefined) conditions.push(`Subject = ${quote(subject)}`);
  if (sinceMs !== undefined) conditions.push(`StartTime >= ${quote(toTime(sinceMs))}`);
  return conditions.join(' AND ');
}

/** The engine reads years of four digits only. */
function toTime(atMs: number): string {
  return new Date(Math.min(Math.max(atMs, 0), LAST_TIME_MS)).toISOString();
}

/** Nothing is left to be escaped in a keyword. */
function quote(text: string): string {
  return `'${toKeyword(text)}'`;
}
