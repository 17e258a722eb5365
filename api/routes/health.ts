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
      return context.json(context.req.query('verbose') === undefined ? { status: 'ok' } : { status: 'ok', ...health });
    } catch (error) {
      if (!(error instanceof EngineUnavailableError)) throw error;
      reportUnavailable(error, context.req.path);
      return context.json({ status: 'engine_unavailable' }, 503, { 'retry-after': '2' });
    }
  });

  const health = z.object({ status: z.string() });
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
    request: { query: z.object({ verbose: z.string().optional() }) },
    responses: {
      200: json('They can', z.looseObject({ status: z.string() })),
      503: json('Not now', health),
    },
  });
}
