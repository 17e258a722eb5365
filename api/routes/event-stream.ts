import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, idParameter, problems } from '../describe.ts';
import { streamWatch } from '../sse/stream-watch.ts';
import { createWatches } from '../sse/watches.ts';

/** `/v1/events/{id}/stream`: an event as it goes on. */
export function eventStreamRoute(app: OpenAPIHono<AppEnvironment>, { events, streamRoom, reportError }: AppDependencies): void {
  const watches = createWatches<EventResource>({
    read: events.get,
    listen: events.listen,
    isEnded: hasEnded,
    progressOf: ({ id, run, status, stage, progress, attempts, error }) => ({ id, run, status, stage, progress, attempts, error }),
  });

  app.get('/v1/events/:id/stream', (context) => {
    const id = context.req.param('id');
    return streamWatch(context, {
      room: streamRoom,
      watches,
      id,
      notFound: `there is no event "${id}"`,
      reportError: (error) => reportError(error, { requestId: context.get('requestId'), path: context.req.path }),
    });
  });

  describe(app, {
    method: 'get',
    path: '/v1/events/{id}/stream',
    summary: 'Watch an event',
    description:
      'Server-sent events: `progress` with what changed, at most 4 a second, then one of `completed`, `failed` or `cancelled` with the ' +
      'event, after which the stream ends. `: ping` every 15 s. 204 where `Last-Event-ID` is that of the last message.',
    request: { params: idParameter, headers: z.object({ 'last-event-id': z.string().optional() }) },
    responses: {
      200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
      204: { description: 'There is nothing after the message of `Last-Event-ID`' },
      ...problems(401, 404, 503),
    },
  });
}
