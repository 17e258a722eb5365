import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { isBatchId } from '../../domain/event-id.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, idParameter, problems } from '../describe.ts';
import { streamWatch } from '../sse/stream-watch.ts';
import { createWatches } from '../sse/watches.ts';

/** `/v1/batches/{id}/stream`: a batch as it goes on. All who watch it in this process share one reader. */
export function batchStreamRoute(app: OpenAPIHono<AppEnvironment>, { batches, streamRoom, reportError }: AppDependencies): void {
  const watches = createWatches<BatchResource>({
    read: async (key) => (isBatchId(key.id) ? batches.get(key) : null),
    isEnded: ({ completedAt }) => completedAt !== null,
    progressOf: ({ id, run, status, counts, percent, ratePerSecond, etaSeconds }) => ({
      id,
      run,
      status,
      counts,
      percent,
      ratePerSecond,
      etaSeconds,
    }),
  });

  app.get('/v1/batches/:id/stream', (context) => {
    const id = context.req.param('id');
    return streamWatch(context, {
      room: streamRoom,
      watches,
      id,
      notFound: `there is no batch "${id}"`,
      reportError: (error) => reportError(error, { requestId: context.get('requestId'), path: context.req.path }),
    });
  });

  describe(app, {
    method: 'get',
    path: '/v1/batches/{id}/stream',
    summary: 'Watch a batch',
    description:
      'Server-sent events: `progress`, at most 4 a second, then one named like the final status with the batch, after which the ' +
      'stream ends. `: ping` every 15 s. 204 where `Last-Event-ID` is that of the last message.',
    request: { params: idParameter, headers: z.object({ 'last-event-id': z.string().optional() }) },
    responses: {
      200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
      204: { description: 'There is nothing after the message of `Last-Event-ID`' },
      ...problems(401, 404, 503),
    },
  });
}
