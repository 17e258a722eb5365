import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { answerBulk, bulkFields } from '../bulk/answer-bulk.ts';
import { describe, idempotencyKeyHeader, json, jsonBody, pageOf, problems } from '../describe.ts';
import type { PatchOperation } from '../apply-patch.ts';
import { linkToNext } from '../link-to-next.ts';
import { pageQuery } from '../page-query.ts';
import { parseQuery } from '../parse-query.ts';
import { problem } from '../problem.ts';
import { acceptedBulk, counted } from './accepted-batch-schema.ts';
import { patch } from './replay.ts';

const replayBody = z.strictObject({ ...bulkFields, patch }).openapi('ReplayDeadLetters');

/** `/v1/dead-letters`: what ended badly, by its cause, and how to run it again. */
export function deadLetterRoutes(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const { deadLetters } = dependencies;

  app.get('/v1/dead-letters', async (context) => context.json(await deadLetters.list(context.get('tenant'))));

  app.get('/v1/dead-letters/:cause/events', async (context) => {
    const query = parseQuery(pageQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const cause = context.req.param('cause');
    const page = await deadLetters.events({ ...query.value, tenant: context.get('tenant'), cause });
    if (page === null) return problem(context, { code: 'not_found', detail: noneOf(cause) });
    linkToNext(context, page.nextCursor);
    return context.json(page);
  });

  app.post('/v1/dead-letters/:cause/replay', (context) => {
    const key = { tenant: context.get('tenant'), cause: context.req.param('cause') };
    return answerBulk(context, dependencies, {
      body: replayBody,
      name: `replay of dead letters ${key.cause}`,
      notFound: noneOf(key.cause),
      orders: async ({ limit, patch: operations }) => {
        const found = await deadLetters.orders(key, limit);
        return found && withPatch(found, operations);
      },
    });
  });

  app.post('/v1/dead-letters/:cause/discard', async (context) => {
    const cause = context.req.param('cause');
    const isDiscarded = await deadLetters.discard({ tenant: context.get('tenant'), cause });
    if (!isDiscarded) return problem(context, { code: 'not_found', detail: noneOf(cause) });
    return context.json({ cause, discarded: true });
  });

  describeDeadLetters(app);
}

type Found = NonNullable<Awaited<ReturnType<AppDependencies['deadLetters']['orders']>>>;

/** Only an event has data that can be patched; of what has none nothing is run again with a patch. */
function withPatch(found: Found, operations: readonly PatchOperation[] | undefined): Found {
  if (operations === undefined) return found;
  const replays = found.orders.flatMap((order) => (order.action === 'replay' ? [{ ...order, patch: operations }] : []));
  return replays.length === found.orders.length
    ? { ...found, orders: replays }
    : { orders: [], count: 0, skipped: found.count + found.skipped };
}

function noneOf(cause: string): string {
  return `there are no dead letters of the cause "${cause}"`;
}

function describeDeadLetters(app: OpenAPIHono<AppEnvironment>): void {
  const params = z.object({ cause: z.string().max(64) });
  const group = z
    .object({
      cause: z.string().describe('what the cause is called in addresses'),
      kind: z.enum(['event', 'item', 'subject', 'callback']),
      type: z.string(),
      stage: z.string().nullable().describe('the stage or the handler that failed'),
      code: z.string(),
      message: z.string().describe('what their messages have in common, without numbers, ids and quotes; batches count without it'),
      count: z.int(),
      firstAt: z.string(),
      lastAt: z.string(),
      example: z.string().describe('the id of one of them'),
    })
    .openapi('DeadLetters');
  describe(app, {
    method: 'get',
    path: '/v1/dead-letters',
    summary: 'What ended badly, by its cause',
    description:
      'Events that failed, or some of whose handlers did; failed items of batches; events of subjects; callbacks that were given up. What was ' +
      'replayed, retried or redelivered since, and what was discarded, is counted no more. All within the retention time.',
    responses: {
      200: json(
        'The causes, those that had one last first',
        z.object({ items: z.array(group), asOf: z.string().describe('when they were counted: at most 10 s ago') }),
      ),
      ...problems(401, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/dead-letters/{cause}/events',
    summary: 'The events of a cause',
    request: { params, query: pageQuery },
    responses: {
      200: json('A page, the latest first; it may be short', pageOf(z.looseObject({ id: z.string() }))),
      ...problems(401, 404, 422, 503),
    },
  });
  describe(app, {
    method: 'post',
    path: '/v1/dead-letters/{cause}/replay',
    summary: 'Run the dead letters of a cause again',
    description:
      'Starts a batch with an item for each: events are replayed, callbacks are sent again, batches retry what failed in them (whatever the cause). ' +
      'It is followed, paused and cancelled as any batch. Events of subjects cannot be run again: they are counted in `skipped`. With an ' +
      '`Idempotency-Key` it is safe to repeat.',
    request: {
      params,
      headers: z.object({ 'idempotency-key': idempotencyKeyHeader.optional() }),
      body: { ...jsonBody(replayBody), required: false },
    },
    responses: {
      200: json('What there is to be run again, for a dry run', counted),
      202: json('The batch is durable', acceptedBulk),
      ...problems(400, 401, 404, 408, 409, 413, 415, 422, 429, 503),
    },
  });
  describe(app, {
    method: 'post',
    path: '/v1/dead-letters/{cause}/discard',
    summary: 'Put the dead letters of a cause aside',
    description:
      'They are counted and replayed no more; each can still be read, and be replayed by itself. What dies of it later is counted again.',
    request: { params },
    responses: {
      200: json('They are put aside', z.object({ cause: z.string(), discarded: z.literal(true) })),
      ...problems(401, 404, 503),
    },
  });
}
