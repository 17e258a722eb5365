import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { MINUTES_KEPT } from '../../domain/stats-day.ts';
import { TIERS } from '../../domain/tier.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, json, problems } from '../describe.ts';
import { parseQuery } from '../parse-query.ts';
import { problem } from '../problem.ts';

const statsQuery = z.strictObject({
  minutes: z.coerce.number().int().min(1).max(MINUTES_KEPT).default(60).describe('so many points'),
});

/** `/v1/stats`: what happened to a tenant's events in the last minutes, and how it stands. */
export function statsRoutes(app: OpenAPIHono<AppEnvironment>, { stats }: AppDependencies): void {
  app.get('/v1/stats', async (context) => {
    const query = parseQuery(statsQuery, context);
    if (!query.ok) return problem(context, query.problem);
    return context.json(await stats.read({ tenant: context.get('tenant'), minutes: query.value.minutes }));
  });

  const byTier = z.partialRecord(z.enum(TIERS), z.int());
  const point = z.object({
    at: z.string().describe('when the minute began'),
    accepted: z.int().describe('answered with 202 or 200, and the items of new batches'),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    shed: z.int().describe('refused with 503 for want of room'),
    callbacks: z.object({ delivered: z.int(), failed: z.int() }).describe('attempts to deliver a callback'),
    p50Ms: byTier.describe('from acceptance to end, without a delay that was asked for, by tier; at most a tenth off'),
    p95Ms: byTier,
  });
  const now = z
    .object({
      backlog: byTier.describe('events that wait for a permit of a limit that the configuration names'),
      running: byTier.describe('other events without a verdict; those that share a workflow are one, items of batches are not among them'),
      permits: z
        .record(z.string(), z.object({ capacity: z.int(), held: z.int(), waiting: z.int(), longestHeldMs: z.int() }))
        .describe('by the key of the limit'),
      destinationsOpen: z.int().describe('destinations whose circuit breaker is open'),
    })
    .describe('at most 10 s old');
  describe(app, {
    method: 'get',
    path: '/v1/stats',
    summary: "What happened to your tenant's events lately, minute by minute, and how it stands",
    description:
      'Each process tells what it has counted once a minute, so that the last point may yet grow. A process that is killed takes along a minute at most.',
    request: { query: statsQuery },
    responses: {
      200: json(
        'A point for each of the last minutes that are over, the earliest first',
        z.object({ points: z.array(point), now }).openapi('Stats'),
      ),
      ...problems(401, 422, 503),
    },
  });
}
