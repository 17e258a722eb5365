import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { BATCH_STATUSES, describe, idParameter, json, linkToNext, parseQuery, problem, problems } from 'tickless/server';
import type { AppEnvironment, BatchResource, Core, EventKey } from 'tickless/server';
import { archiveBatch, takeOutBatch } from './archive-batch.ts';
import { knownAs } from './known-as.ts';
import { toJobBatch } from './to-job-batch.ts';
import { withoutArchived } from './without-archived.ts';
import { archivedParameter } from './job-routes.ts';

const batchesQuery = z.strictObject({
  status: z.enum(BATCH_STATUSES).optional(),
  archived: archivedParameter,
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(4_096).optional(),
});

/** `/api/batches`: batches and their counts in the words of older clients, and their place in the archive. */
export function jobBatchRoutes(app: OpenAPIHono<AppEnvironment>, core: Core): void {
  const { archive, batches } = core;

  app.get('/api/batches', async (context) => {
    const query = parseQuery(batchesQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const { archived: isArchived, status, limit, cursor } = query.value;
    const tenant = context.get('tenant');
    const page = await (isArchived ? archive.batches : batches).list({ tenant, limit, cursor });
    const listed = isArchived ? page.items : await withoutArchived(archive.batches, tenant, page.items);
    const shown = listed.filter((batch) => status === undefined || batch.status === status);
    linkToNext(context, page.nextCursor);
    return context.json({ items: shown.map((batch) => toJobBatch(batch, isArchived)), next_cursor: page.nextCursor });
  });

  app.get('/api/batches/:id', async (context) => {
    const id = context.req.param('id');
    const found = await find(context.get('tenant'), id);
    return found === null ? problem(context, noSuchBatch(id)) : context.json(toJobBatch(found.batch, found.isArchived));
  });

  app.put('/api/batches/:id/archived', async (context) => {
    const id = context.req.param('id');
    const found = await find(context.get('tenant'), id);
    if (found === null) return problem(context, noSuchBatch(id));
    const { batch, isForgotten } = found;
    if (!hasEnded(batch)) return problem(context, { code: 'not_ended', detail: `the batch "${id}" has not ended` });
    if (!isForgotten && !(await archiveBatch(core, batch))) {
      return problem(context, {
        code: 'id_conflict',
        detail: `the archive has another batch of the id "${id}", or a job of one of its jobs' ids`,
      });
    }
    return context.json(toJobBatch(batch, true));
  });

  app.delete('/api/batches/:id/archived', async (context) => {
    const id = context.req.param('id');
    const batch = await archive.batches.get(keyOf(context.get('tenant'), id));
    if (batch === null) return problem(context, { code: 'not_found', detail: `there is no batch "${id}" in the archive` });
    await takeOutBatch(core, batch);
    return context.body(null, 204);
  });

  describeJobBatches(app);

  async function find(tenant: string, id: string): Promise<FoundBatch | null> {
    const key = keyOf(tenant, id);
    const [live, archived] = await Promise.all([batches.get(key), archive.batches.get(key)]);
    const batch = live ?? archived;
    return batch && { batch, isArchived: archived !== null, isForgotten: live === null };
  }
}

interface FoundBatch {
  readonly batch: BatchResource;
  readonly isArchived: boolean;
  /** By the engine: it is in the archive only. */
  readonly isForgotten: boolean;
}

function keyOf(tenant: string, name: string): EventKey {
  return { tenant, id: knownAs('batch_id', name) };
}

function hasEnded({ completedAt }: BatchResource): boolean {
  return completedAt !== null;
}

function noSuchBatch(id: string): { readonly code: 'not_found'; readonly detail: string } {
  return { code: 'not_found', detail: `there is no batch "${id}"` };
}

const count = z.int().min(0);
const batchSchema = z
  .looseObject({
    id: z.string(),
    name: z.string().nullable(),
    status: z.enum(BATCH_STATUSES),
    archived: z.boolean(),
    counts: z.object({ total: count, pending: count, processing: count, completed: count, failed: count, cancelled: count }),
    percent: z.number(),
    failures: z.array(z.object({ cause: z.string(), count, example: z.string() })),
    created_at: z.string(),
    started_at: z.string(),
    completed_at: z.string().nullable(),
    seconds: z.number().nullable(),
    eta_seconds: z.number().nullable(),
  })
  .openapi('JobBatch');

function describeJobBatches(app: OpenAPIHono<AppEnvironment>): void {
  const batch = json('The batch', batchSchema);
  const one = { deprecated: true, request: { params: idParameter } } as const;
  describe(app, {
    deprecated: true,
    method: 'get',
    path: '/api/batches',
    summary: 'List batches (older clients)',
    description: 'Newest first; those that are archived with `archived=true` only. A page may be short.',
    request: { query: batchesQuery },
    responses: {
      200: json('A page of batches', z.object({ items: z.array(batchSchema), next_cursor: z.string().nullable() })),
      ...problems(401, 422, 503),
    },
  });
  describe(app, {
    ...one,
    method: 'get',
    path: '/api/batches/{id}',
    summary: 'Read a batch and its counts (older clients)',
    responses: { 200: batch, ...problems(401, 404, 503) },
  });
  describe(app, {
    ...one,
    method: 'put',
    path: '/api/batches/{id}/archived',
    summary: 'Archive a batch with its jobs (older clients)',
    description: 'It answers when all of them are kept, and can be sent again. 409 `not_ended` while some are at work.',
    responses: { 200: batch, ...problems(401, 404, 409, 503) },
  });
  describe(app, {
    ...one,
    method: 'delete',
    path: '/api/batches/{id}/archived',
    summary: 'Take a batch with its jobs out of the archive (older clients)',
    responses: { 204: { description: 'It is not in the archive any more' }, ...problems(401, 404, 503) },
  });
}
