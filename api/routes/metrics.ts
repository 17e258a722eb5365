import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { answerMetrics } from '../answer-metrics.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe } from '../describe.ts';

/** `/metrics`: what Prometheus scrapes. */
export function metricsRoutes(app: OpenAPIHono<AppEnvironment>, { metrics }: AppDependencies): void {
  app.get('/metrics', () => answerMetrics(metrics));
  describe(app, {
    method: 'get',
    path: '/metrics',
    summary: 'Counters and times of this process, for Prometheus',
    responses: { 200: { description: 'The metrics', content: { 'text/plain': { schema: z.string() } } } },
  });
}
