import type { Context } from 'hono';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { AppEnvironment } from './app.ts';

/**
 * The event with the id that its sender has given to its request, by which logs of several services are put together. One that was made
 * here for want of another says nothing that the event's own id doesn't.
 */
export function withRequestId(event: AcceptedEvent, context: Context<AppEnvironment>): AcceptedEvent {
  const requestId = context.get('requestId');
  return context.req.header('x-request-id') === requestId ? { ...event, requestId } : event;
}
