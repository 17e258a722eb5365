import type { OpenAPIHono } from '@hono/zod-openapi';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { streamRoute } from '../sse/stream-route.ts';
import { createWatches } from '../sse/watches.ts';

/** `/v1/events/{id}/stream`: an event as it goes on. */
export function eventStreamRoute(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const { events } = dependencies;
  const watches = createWatches<EventResource>({
    read: events.get,
    listen: events.listen,
    isEnded: hasEnded,
    progressOf: ({ id, run, status, stage, progress, attempts, handlers, error }) => ({
      id,
      run,
      status,
      stage,
      progress,
      attempts,
      ...(Object.keys(handlers).length > 0 && { handlers }),
      error,
    }),
  });
  streamRoute(app, dependencies, {
    collection: 'events',
    noun: 'event',
    watches,
    messages:
      '`progress` with what changed, at most 4 a second, then one of `completed`, `partial`, `failed` or `cancelled` with the event',
  });
}
