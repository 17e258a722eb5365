import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { describe, json, pageOf, problems } from '../describe.ts';
import { linkToNext } from '../link-to-next.ts';
import { pageQuery } from '../page-query.ts';
import { parseQuery } from '../parse-query.ts';
import { problem } from '../problem.ts';

/** `/v1/destinations`: where callbacks fail, of one's own tenant. */
export function destinationRoutes(app: OpenAPIHono<AppEnvironment>, { destinations }: AppDependencies): void {
  app.get('/v1/destinations', async (context) => {
    const query = parseQuery(pageQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const page = await destinations.list({ ...query.value, tenant: context.get('tenant') });
    linkToNext(context, page.nextCursor);
    return context.json(page);
  });

  // An origin has slashes in it, which not every client encodes.
  app.post('/v1/destinations/:origin{.+}/resume', async (context) => {
    const origin = toOrigin(context.req.param('origin'));
    const destination = origin === null ? null : await destinations.resume({ tenant: context.get('tenant'), origin });
    if (destination !== null) return context.json(destination, 202);
    return problem(context, { code: 'not_found', detail: `there is no failing destination "${context.req.param('origin')}"` });
  });

  describeDestinations(app);
}

function toOrigin(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { origin } = new URL(text);
  return origin === 'null' ? null : origin;
}

function describeDestinations(app: OpenAPIHono<AppEnvironment>): void {
  const destination = z
    .object({
      origin: z.string(),
      state: z.enum(['closed', 'half_open', 'open']),
      parked: z.int(),
      failures: z.int(),
      connections: z.int(),
      nextProbeAt: z.string().nullable(),
    })
    .openapi('Destination');
  describe(app, {
    method: 'get',
    path: '/v1/destinations',
    summary: 'Destinations whose callbacks failed lately',
    request: { query: pageQuery },
    responses: {
      200: json('A page, the latest first', pageOf(destination)),
      ...problems(401, 422, 503),
    },
  });
  describe(app, {
    method: 'post',
    path: '/v1/destinations/{origin}/resume',
    summary: 'Probe a parked destination now, and send what waits for it when it is well',
    request: { params: z.object({ origin: z.string().max(2_048) }) },
    responses: {
      202: json('It is probed', destination),
      ...problems(401, 404, 503),
    },
  });
}
