import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { isLimitKey } from '../../domain/event-id.ts';
import { TIERS } from '../../domain/tier.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, problems } from '../describe.ts';
import { problem } from '../problem.ts';
import { readJson } from '../read-json.ts';

const capacityBody = z.strictObject({ capacity: z.int().min(0).max(100_000).nullable() });

/** `/v1/limits`: who holds permits, who waits for them, and how many there are. */
export function limitRoutes(app: OpenAPIHono<AppEnvironment>, { limits }: AppDependencies): void {
  app.get('/v1/limits', async (context) => context.json({ items: await limits.list(), nextCursor: null }));

  app.get('/v1/limits/:key', async (context) => {
    const key = context.req.param('key');
    const limit = isLimitKey(key) ? await limits.get(key) : null;
    return limit === null ? problem(context, { code: 'not_found', detail: `there is no limit "${key}"` }) : context.json(limit);
  });

  app.put('/v1/limits/:key', async (context) => {
    const key = context.req.param('key');
    if (!isLimitKey(key)) return problem(context, { code: 'not_found', detail: `there can be no limit "${key}"` });
    const read = await readJson(context);
    if (!read.ok) return problem(context, read.problem);
    const parsed = capacityBody.safeParse(read.body);
    if (!parsed.success) {
      const detail = '"capacity" is a whole number from 0 to 100000, or null for what is configured';
      return problem(context, { code: 'invalid_limit', detail, errors: [{ pointer: '/capacity', detail }] });
    }
    return context.json(await limits.setCapacity(key, parsed.data.capacity));
  });

  describeLimits(app);
}

function describeLimits(app: OpenAPIHono<AppEnvironment>): void {
  const limit = z
    .object({
      key: z.string(),
      capacity: z.int(),
      reserved: z.int(),
      holders: z.array(z.object({ event: z.string(), since: z.string() })),
      waiters: z.array(z.object({ event: z.string(), tier: z.enum(TIERS), position: z.int(), since: z.string() })),
      waiting: z.int(),
    })
    .openapi('Limit');
  const params = z.object({ key: z.string().max(128) });
  const found = { description: 'The limit', content: { 'application/json': { schema: limit } } };
  describe(app, {
    method: 'get',
    path: '/v1/limits',
    summary: 'All limits in use',
    responses: {
      200: { description: 'All', content: { 'application/json': { schema: z.object({ items: z.array(limit), nextCursor: z.null() }) } } },
      ...problems(401, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/limits/{key}',
    summary: 'One limit: its holders and waiters',
    request: { params },
    responses: { 200: found, ...problems(401, 404, 503) },
  });
  describe(app, {
    method: 'put',
    path: '/v1/limits/{key}',
    summary: 'Set a capacity, at once and in the whole cluster; null lets the configuration hold again',
    request: { params, body: { required: true, content: { 'application/json': { schema: capacityBody } } } },
    responses: { 200: found, ...problems(400, 401, 404, 415, 422, 503) },
  });
}
