import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, json } from '../describe.ts';
import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';

/** `/livez`: the process runs. `/readyz`: events can be accepted, so its engine reads, and has not failed to write just now. */
export function healthRoutes(app: OpenAPIHono<AppEnvironment>, { events, isAccepting, reportUnavailable }: AppDependencies): void {
  app.get('/livez', (context) => context.json({ status: 'ok' }));

  app.get('/readyz', async (context) => {
    if (!isAccepting()) return context.json({ status: 'stopping' }, 503);
    try {
      const health = await events.health();
      if (context.req.query('verbose') === undefined) return context.json({ status: 'ok' });
      const { engine, worker } = health;
      // Events are accepted without them, and wait.
      return context.json({ status: 'ok', engine, worker: { ...worker, lacking: await events.lackingWorkers() } });
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      reportUnavailable(error, context.req.path);
      return context.json({ status: 'engine_unavailable' }, 503, { 'retry-after': '2' });
    }
  });

  const health = z.object({ status: z.string() });
  const verbose = health.extend({
    engine: z.object({ address: z.string(), namespace: z.string(), version: z.string(), ui: z.string().nullable() }).optional(),
    worker: z
      .object({
        queues: z.array(z.string()).describe('those that this process takes from'),
        lacking: z.array(z.object({ queue: z.string(), summary: z.string() })).describe('those that nobody takes from'),
      })
      .optional(),
  });
  describe(app, {
    method: 'get',
    path: '/livez',
    summary: 'Whether the process runs',
    responses: { 200: json('It does', health) },
  });
  describe(app, {
    method: 'get',
    path: '/readyz',
    summary: 'Whether events can be accepted',
    description: 'With `verbose` also what the engine is, which queues this process takes from, and which nobody does.',
    request: { query: z.object({ verbose: z.string().optional() }) },
    responses: {
      200: json('They can', verbose),
      503: json('Not now', health),
    },
  });
}
