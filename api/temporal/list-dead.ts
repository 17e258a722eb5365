import type { Client } from '@temporalio/client';
import { eventOfOwner } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { KnownCause } from '../../domain/known-causes.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { ownerOfDelivery } from '../../temporal/durable/workflow-ids.ts';
import { allOf, isClosedBy, isClosedSince } from '../../temporal/list-query.ts';
import { listNewest } from '../../temporal/list-newest.ts';
import type { GivenUpWithin } from '../dead-letter-service.ts';
import type { PageFilter } from '../page-query.ts';
import type { Page } from '../page.ts';
import { listInOrder } from './ask-index.ts';
import { replacedQuery } from './count-dead.ts';
import type { Retained } from './count-dead.ts';
import { deadQuery } from './dead-query.ts';
import { fromListCursor, toListCursor } from './list-cursor.ts';

const READS_AT_ONCE = 10;
// As many as a bulk replay takes at most.
const MOST_REPLACED = 10_000;

export interface DeadOf extends Partial<GivenUpWithin> {
  readonly tenant: string;
  readonly digest: string;
  readonly cause: KnownCause;
}

/** A page of the events that died of a cause and are still dead, the latest first; it may be short. @throws InvalidCursorError */
export async function listDead(
  client: Client,
  read: (id: string) => Promise<EventResource | null>,
  { tenant, cause }: DeadOf,
  { limit, cursor }: PageFilter,
): Promise<Page<EventResource>> {
  const request = { query: deadQuery(tenant, cause), count: limit, place: fromListCursor(cursor) };
  const { shown, next } = await listNewest(client, request);
  const ids = new Set(shown.flatMap(({ workflowId }) => eventOf(workflowId, tenant) ?? []));
  const items = await mapAtMost([...ids], READS_AT_ONCE, read);
  return { items: items.filter((item) => item !== null).filter((item) => isDeadOf(item, cause)), nextCursor: next && toListCursor(next) };
}

/** The ids of at most so many of them, those that died last first, without what something has made up for. */
export async function listDeadIds(client: Client, of: DeadOf, atMost: number, retained: Retained): Promise<DeadIds> {
  const { tenant, digest, cause, sinceMs, untilMs } = of;
  const within = [
    ...(sinceMs === undefined ? [] : [isClosedSince(sinceMs * 1_000)]),
    ...(untilMs === undefined ? [] : [isClosedBy(untilMs * 1_000)]),
  ];
  const replaced = await listInOrder(client, replacedQuery(digest, cause, retained), MOST_REPLACED);
  const died = await listInOrder(client, allOf(deadQuery(tenant, cause), ...within), atMost + replaced.length);
  const madeUp = new Map<string, number>();
  for (const { workflowId } of replaced) madeUp.set(workflowId, (madeUp.get(workflowId) ?? 0) + 1);
  const ids = new Set<string>();
  let others = 0;
  // The last of a workflow's runs is the one that nothing has made up for.
  for (const { workflowId } of died.toReversed()) {
    const left = madeUp.get(workflowId) ?? 0;
    madeUp.set(workflowId, left - 1);
    if (left > 0) continue;
    const id = eventOf(workflowId, tenant);
    if (id === null) others += 1;
    else ids.add(id);
  }
  return { ids: [...ids].toReversed().slice(0, atMost), others };
}

export interface DeadIds {
  readonly ids: readonly string[];
  /** Of those that were looked at, so many are no events. */
  readonly others: number;
}

function eventOf(workflowId: string, tenant: string): string | null {
  return eventOfOwner(ownerOfDelivery(workflowId) ?? workflowId, tenant);
}

/** An event may have been replayed since, and have come to something else. */
function isDeadOf({ status, error, handlers, callback }: EventResource, { kind, stage, code }: KnownCause): boolean {
  if (kind === 'callback') return callback.status === 'failed';
  if (status === 'failed') return error?.code === code;
  return status === 'partial' && stage !== null && handlers[stage]?.error?.code === code;
}
