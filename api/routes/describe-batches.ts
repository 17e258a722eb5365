import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { BATCH_MODES } from '../../domain/accepted-batch.ts';
import { BATCH_ACTIONS } from '../../domain/batch-work.ts';
import type { AppEnvironment } from '../app.ts';
import { batchEnvelope, batchQuery } from '../batches/parse-batch.ts';
import { describe, idempotencyKeyHeader, idParameter, json, pageOf, problems } from '../describe.ts';
import { acceptedBatch, BATCH_STATUSES, batchLinks as links, count } from './accepted-batch-schema.ts';
import { eventResource, STATUSES } from './describe-events.ts';

export const LINE_TYPES = ['application/x-ndjson', 'application/jsonl'] as const;

const limit = z.coerce.number().int().min(1).max(200).default(50);

export const itemsQuery = z.strictObject({ status: z.enum(STATUSES).optional(), limit, cursor: z.string().max(64).optional() });
export const batchesQuery = z.strictObject({
  status: z.enum(BATCH_STATUSES).optional(),
  limit,
  cursor: z.string().max(4_096).optional(),
});

const batchResource = z
  .looseObject({
    id: z.string(),
    name: z.string().nullable(),
    mode: z.enum(BATCH_MODES),
    maxParallel: count,
    run: count,
    status: z.enum(BATCH_STATUSES),
    counts: z.object({ total: count, pending: count, running: count, completed: count, failed: count, cancelled: count }),
    percent: z.number(),
    ratePerSecond: z.number().nullable(),
    etaSeconds: z.number().nullable(),
    acceptedAt: z.string(),
    startedAt: z.string(),
    completedAt: z.string().nullable(),
    failures: z.array(z.object({ cause: z.string(), count, example: z.string() })),
  })
  .openapi('BatchResource');

/** What OpenAPI says of `/v1/batches`. */
export function describeBatches(app: OpenAPIHono<AppEnvironment>): void {
  const lines = { schema: z.string().openapi({ description: 'One event a line, of at most 1 MiB' }) };
  describe(app, {
    method: 'post',
    path: '/v1/batches',
    summary: 'Submit a batch',
    description:
      'As one JSON body of at most 16 MiB, or line by line, of any length; the query is for lines. Answered when all of it is durable. ' +
      'An invalid event is an item that has failed; `strict=true` refuses the whole instead.',
    request: {
      headers: z.object({ 'idempotency-key': idempotencyKeyHeader.optional() }),
      query: batchQuery,
      body: {
        required: true,
        content: {
          'application/json': { schema: batchEnvelope },
          ...Object.fromEntries(LINE_TYPES.map((type) => [type, lines])),
        },
      },
    },
    responses: {
      202: json('Durable', acceptedBatch),
      ...problems(400, 401, 408, 409, 413, 415, 422, 429, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/batches',
    summary: 'List batches, newest first; the index may lag by a second',
    request: { query: batchesQuery },
    responses: { 200: json('A page', pageOf(batchResource)), ...problems(401, 422, 503) },
  });
  describe(app, {
    method: 'get',
    path: '/v1/batches/{id}',
    summary: 'Read a batch: its counts, pace and failures',
    request: { params: idParameter },
    responses: {
      200: json('The batch', batchResource),
      ...problems(401, 404, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/v1/batches/{id}/items',
    summary: "List a batch's items by their index",
    request: { params: idParameter, query: itemsQuery },
    responses: {
      200: json('A page', pageOf(eventResource.extend({ index: count }).openapi('ItemResource'))),
      ...problems(401, 404, 422, 503),
    },
  });
  for (const action of BATCH_ACTIONS) {
    describe(app, {
      method: 'post',
      path: `/v1/batches/{id}/${action}`,
      summary: MEANING[action],
      request: { params: idParameter },
      responses: {
        202: json('It takes effect', z.object({ id: z.string(), action: z.literal(action), links })),
        ...problems(401, 404, 409, 503),
      },
    });
  }
}

const MEANING = {
  pause: 'Start no more items; those that run come to their end',
  resume: 'Go on starting items',
  cancel: 'Start no more items, and cancel those that run in workflows of their own',
  'retry-failed': 'Run the failed items again, and only them',
} as const;
