import type { OpenAPIHono } from '@hono/zod-openapi';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { isBatchId } from '../../domain/event-id.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { streamRoute } from '../sse/stream-route.ts';
import { createWatches } from '../sse/watches.ts';

/** `/v1/batches/{id}/stream`: a batch as it goes on. All who watch it in this process share one reader. */
export function batchStreamRoute(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const { batches } = dependencies;
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
  streamRoute(app, dependencies, {
    collection: 'batches',
    noun: 'batch',
    watches,
    messages: '`progress`, at most 4 a second, then one named like the final status with the batch',
  });
}
