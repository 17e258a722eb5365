import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, idParameter, problems } from '../describe.ts';
import { streamWatch } from './stream-watch.ts';
import type { Watches } from './watches.ts';

export interface StreamRoute {
  /** As the path has it. */
  readonly collection: string;
  /** One of it. */
  readonly noun: string;
  readonly watches: Watches;
  /** What OpenAPI says of its messages, `progress` and the last one. */
  readonly messages: string;
}

/** `/v1/{collection}/{id}/stream`: a resource as it goes on. */
export function streamRoute(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies, route: StreamRoute): void {
  const { streamRoom, reportError } = dependencies;
  const { collection, noun, watches, messages } = route;

  app.get(`/v1/${collection}/:id/stream`, (context) => {
    // The path is put together, so that its parameter isn't known to be there.
    const id = context.req.param('id') ?? '';
    return streamWatch(context, {
      room: streamRoom,
      watches,
      id,
      notFound: `there is no ${noun} "${id}"`,
      reportError: (error) => reportError(error, { requestId: context.get('requestId'), path: context.req.path }),
    });
  });

  describe(app, {
    method: 'get',
    path: `/v1/${collection}/{id}/stream`,
    summary: `Watch one of the ${collection}`,
    description:
      `Server-sent events: ${messages}, after which the stream ends. \`: ping\` every 15 s. ` +
      '204 where `Last-Event-ID` is that of the last message.',
    request: { params: idParameter, headers: z.object({ 'last-event-id': z.string().optional() }) },
    responses: {
      200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
      204: { description: 'There is nothing after the message of `Last-Event-ID`' },
      ...problems(401, 404, 503),
    },
  });
}
