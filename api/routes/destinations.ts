import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { answerList } from '../answer-list.ts';
import { answerBulk, bulkFields } from '../bulk/answer-bulk.ts';
import { describe, idempotencyKeyHeader, json, jsonBody, pageOf, problems } from '../describe.ts';
import { pageQuery } from '../page-query.ts';
import { problem } from '../problem.ts';
import { acceptedBulk, counted } from './accepted-batch-schema.ts';

const MAX_NAME = 255;
const redeliverBody = z
  .strictObject({
    ...bulkFields,
    since: z.iso.datetime({ offset: true }).describe('given up at this time or later'),
    until: z.iso.datetime({ offset: true }).optional().describe('or before this one; by default now'),
  })
  .openapi('RedeliverDestination');

/** `/v1/destinations`: where callbacks fail, of one's own tenant. */
export function destinationRoutes(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const { destinations, deadLetters } = dependencies;

  app.get('/v1/destinations', (context) => answerList(context, pageQuery, destinations.list));

  // An origin has slashes in it, which not every client encodes.
  app.post('/v1/destinations/:origin{.+}/resume', async (context) => {
    const origin = toOrigin(context.req.param('origin'));
    const destination = origin === null ? null : await destinations.resume({ tenant: context.get('tenant'), origin });
    if (destination !== null) return context.json(destination, 202);
    return problem(context, { code: 'not_found', detail: `there is no failing destination "${context.req.param('origin')}"` });
  });

  app.post('/v1/destinations/:origin{.+}/redeliver', (context) => {
    const given = context.req.param('origin');
    const origin = toOrigin(given);
    return answerBulk(context, dependencies, {
      body: redeliverBody,
      name: `redelivery to ${given}`.slice(0, MAX_NAME),
      notFound: `"${given}" is no origin, as https://example.org is one`,
      orders: async ({ since, until, limit }) => {
        if (origin === null) return null;
        const within = { sinceMs: Date.parse(since), untilMs: until === undefined ? dependencies.now() : Date.parse(until) };
        return deadLetters.ordersOf({ tenant: context.get('tenant'), origin }, within, limit);
      },
    });
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
  describe(app, {
    method: 'post',
    path: '/v1/destinations/{origin}/redeliver',
    summary: 'Send the callbacks again that were given up',
    description:
      'Of one destination, between two times, whatever each was given up for. Starts a batch with an item for each callback. With an ' +
      '`Idempotency-Key` it is safe to repeat.',
    request: {
      params: z.object({ origin: z.string().max(2_048) }),
      headers: z.object({ 'idempotency-key': idempotencyKeyHeader.optional() }),
      body: jsonBody(redeliverBody),
    },
    responses: {
      200: json('What there is to be sent again, for a dry run', counted),
      202: json('The batch is durable', acceptedBulk),
      ...problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    },
  });
}
