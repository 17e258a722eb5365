import type { EventResource, EventStatus } from '../domain/event-resource.ts';
import type { EventFilter } from './event-service.ts';

type Selected = Pick<EventResource, 'tenant' | 'type' | 'tier' | 'subject' | 'acceptedAt' | 'status'>;

const OPEN: readonly EventStatus[] = ['accepted', 'waiting', 'running'];

/** Whether an event is one of those that a list asks for. Each of the three open statuses asks for all open events. */
export function selectsEvent(resource: Selected, filter: Omit<EventFilter, 'limit' | 'cursor' | 'ofSubject'>): boolean {
  const { status, sinceMs } = filter;
  if (resource.tenant !== filter.tenant) return false;
  if (filter.type !== undefined && resource.type !== filter.type) return false;
  if (filter.tier !== undefined && resource.tier !== filter.tier) return false;
  if (filter.subject !== undefined && resource.subject !== filter.subject) return false;
  if (sinceMs !== undefined && Date.parse(resource.acceptedAt) < sinceMs) return false;
  return status === undefined || resource.status === status || (OPEN.includes(status) && OPEN.includes(resource.status));
}
