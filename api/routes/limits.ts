import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { isLimitKey } from '../../domain/event-id.ts';
import { TIERS } from '../../domain/tier.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { answerList } from '../answer-list.ts';
import { describe, json, jsonBody, pageOf, problems } from '../describe.ts';
import { pageQuery } from '../page-query.ts';
import { problem } from '../problem.ts';
import { readJson } from '../read-json.ts';

const capacityBody = z.strictObject({ capacity: z.int().min(0).max(100_000).nullable() });

/** `/v1/limits`: who holds permits, who waits for them, and how many there are. */
export function limitRoutes(app: OpenAPIHono<AppEnvironment>, { limits }: AppDependencies): void {
  app.get('/v1/limits', (context) => answerList(context, pageQuery, limits.list));

  app.get('/v1/limits/:key', async (context) => {
    const key = context.req.param('key');
    const limit = isLimitKey(key) ? await limits.get({ tenant: context.get('tenant'), key }) : null;
    return limit === null ? problem(context, { code: 'not_found', detail: `there is no limit "${key}"` }) : context.json(limit);
  });

  app.put('/v1/limits/:key', async (context) => {
    const key = context.req.param('key');
    if (!isLimitKey(key)) return problem(context, { code: 'not_found', detail: `there can be no limit "${key}"` });
    const read = await readJson(context, { invalid: 'invalid_limit' });
    if (!read.ok) return problem(context, read.problem);
    const parsed = capacityBody.safeParse(read.body);
    if (!parsed.success) {
      const detail = '"capacity" is a whole number from 0 to 100000, or null for what is configured';
      return problem(context, { code: 'invalid_limit', detail, errors: [{ pointer: '/capacity', detail }] });
    }
    const outcome = await limits.setCapacity({ tenant: context.get('tenant'), key }, parsed.data.capacity);
    if (outcome.kind === 'set') return context.json(outcome.limit);
    if (outcome.kind === 'not_found') {
      return problem(context, { code: 'not_found', detail: `nobody uses the limit "${key}", and nobody has set it` });
    }
    const detail = `${outcome.atMost} limits are in use or set, and no other can be set: give null to some that need none`;
    return problem(context, { code: 'invalid_limit', detail, errors: [{ pointer: '/capacity', detail }] });
  });

  describeLimits(app);
}

function describeLimits(app: OpenAPIHono<AppEnvironment>): void {
  const limit = z
    .object({
      key: z.string(),
      capacity: z.int(),
      reserved: z.partialRecord(z.enum(TIERS), z.int()).describe('of the capacity, by tier'),
      holders: z.array(z.object({ event: z.string(), since: z.string() })).describe('of your own tenant'),
      otherHolders: z.int().describe("so many of other tenants' events hold a permit"),
      waiters: z
        .array(z.object({ event: z.string(), tier: z.enum(TIERS), position: z.int(), since: z.string() }))
        .describe("of your own tenant, the first 100; positions count all tenants' events"),
      otherWaiters: z.int().describe("so many of other tenants' events wait"),
      waiting: z.int().describe("so many events wait, all tenants'"),
    })
    .openapi('Limit');
  const params = z.object({ key: z.string().max(128) });
  const found = json('The limit', limit);
  describe(app, {
    method: 'get',
    path: '/v1/limits',
    summary: 'The limits that are in use or set',
    request: { query: pageQuery },
    responses: {
      200: json('A page: the limit `tasks`, then the others', pageOf(limit)),
      ...problems(401, 422, 503),
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
    description:
      'It holds for all tenants, and is kept though nobody uses the limit. 404 for null where nobody uses it and nobody has set it; ' +
      '422 where too many limits are kept.',
    request: { params, body: jsonBody(capacityBody) },
    responses: { 200: found, ...problems(400, 401, 404, 408, 413, 415, 422, 503) },
  });
}
