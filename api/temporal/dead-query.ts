import type { KnownCause } from '../../domain/known-causes.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { allOf, is, isClosedSince, isOfType, isUnset } from '../../temporal/list-query.ts';

// The engine keeps microseconds; what ended in the same one as a discard was put aside with it.
const US_PER_MS = 1_000;

/** The workflows that have ended of a cause, in the engine's query language; the tenant is a part of what a cause is known by. */
export function deadQuery(tenant: string, { key, type, discardedAtMs }: KnownCause): string {
  const since = discardedAtMs === undefined ? [] : [isClosedSince(discardedAtMs * US_PER_MS + 1)];
  if ('cause' in key) return allOf(is('Cause', key.cause), ...since);
  const { status } = key;
  const ofEvents = [isOfType(WORKFLOWS.processChunk), is('Tenant', tenant), is('Kind', 'event'), is('EventType', type)];
  return allOf(...ofEvents, is('ExecutionStatus', status), isUnset('Cause'), ...since);
}
