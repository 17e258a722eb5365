import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { limitBatch } from '../batches/limit-batch.ts';
import { BATCH_ACTIONS } from '../../domain/batch-work.ts';
import { isBatchId } from '../../domain/event-id.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { answerList } from '../answer-list.ts';
import { batchQuery, parseEnvelope } from '../batches/parse-batch.ts';
import { createSubmitBatch, invalidBatch, linksOf } from '../batches/submit-batch.ts';
import type { BatchRequest } from '../batches/submit-batch.ts';
import { rawEntries, rawItems } from '../batches/raw-items.ts';
import { createToItem } from '../batches/to-item.ts';
import { linkToNext } from '../link-to-next.ts';
import { isReadableAsUtf8, parseMediaType } from '../media-type.ts';
import { parseQuery } from '../parse-query.ts';
import { problem } from '../problem.ts';
import { readJson, wrongMediaType } from '../read-json.ts';
import { parseIdempotencyKey } from '../request-headers.ts';
import { batchesQuery, describeBatches, itemsQuery, LINE_TYPES } from './describe-batches.ts';

const BODY_TYPES = ['application/json', ...LINE_TYPES];

/** `/v1/batches`: submit as one body or line by line, list, read, steer. */
export function batchRoutes(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const { batches, parseEvent, isAccepting, rateLimit } = dependencies;
  const toItem = createToItem(parseEvent);
  const submitBatch = createSubmitBatch(dependencies);

  app.post(
    '/v1/batches',
    rateLimit,
    (context, next) => (isLines(context) ? next() : limitBatch(context, next)),
    async (context) => {
      if (!isAccepting())
        return problem(context, { code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } });
      const idempotency = parseIdempotencyKey(context.req.header('idempotency-key'));
      if (!idempotency.ok) return problem(context, { code: 'malformed', detail: idempotency.detail });
      const asked = isLines(context) ? askByLines(context) : await askByJson(context);
      if (asked instanceof Response) return asked;
      return submitBatch(context, { ...asked, idempotencyKey: idempotency.key, toItem });
    },
  );

  app.get('/v1/batches', (context) => answerList(context, batchesQuery, batches.list));

  app.get('/v1/batches/:id', async (context) => {
    const key = keyOf(context);
    const resource = isBatchId(key.id) ? await batches.get(key) : null;
    return resource === null ? noSuchBatch(context) : context.json(resource);
  });

  app.get('/v1/batches/:id/items', async (context) => {
    const query = parseQuery(itemsQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const key = keyOf(context);
    const page = isBatchId(key.id) ? await batches.items({ ...query.value, ...key }) : null;
    if (page === null) return noSuchBatch(context);
    linkToNext(context, page.nextCursor);
    return context.json(page);
  });

  for (const action of BATCH_ACTIONS) {
    app.post(`/v1/batches/:id/${action}`, async (context) => {
      const key = keyOf(context);
      const steering = isBatchId(key.id) ? await batches.steer(key, action) : 'not_found';
      if (steering === 'not_found') return noSuchBatch(context);
      if (steering === 'already_ended') return problem(context, { code: 'already_ended', detail: `the batch "${key.id}" has ended` });
      return context.json({ id: key.id, action, links: linksOf(key.id) }, 202);
    });
  }

  describeBatches(app);

  type Asked = Omit<BatchRequest, 'idempotencyKey' | 'toItem'>;

  async function askByJson(context: Context<AppEnvironment>): Promise<Asked | Response> {
    const query = parseQuery(strictQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const read = await readJson(context, { taken: BODY_TYPES, list: 'events' });
    if (!read.ok) return problem(context, read.problem);
    const envelope = parseEnvelope(read.body);
    if (!envelope.ok) return invalidBatch(context, envelope.errors);
    const { events, ...batch } = envelope.value;
    return { batch, isStrict: query.value.strict === 'true', items: rawEntries(events, read.lossy) };
  }

  function askByLines(context: Context<AppEnvironment>): Asked | Response {
    const mediaType = parseMediaType(context.req.header('content-type'));
    if (!isReadableAsUtf8(mediaType)) return problem(context, wrongMediaType(mediaType, BODY_TYPES));
    const query = parseQuery(batchQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const { callbackUrl, strict, ...batch } = query.value;
    const callback = callbackUrl === undefined ? undefined : { url: callbackUrl };
    return { batch: { ...batch, callback }, isStrict: strict === 'true', items: rawItems(context.req.raw.body) };
  }
}

const strictQuery = z.strictObject({ strict: z.enum(['true', 'false']).optional() });

function isLines(context: Context): boolean {
  const { type } = parseMediaType(context.req.header('content-type'));
  return LINE_TYPES.some((lines) => lines === type);
}

function keyOf(context: Context<AppEnvironment>): { readonly tenant: string; readonly id: string } {
  return { tenant: context.get('tenant'), id: context.req.param('id') ?? '' };
}

function noSuchBatch(context: Context): Response {
  return problem(context, { code: 'not_found', detail: `there is no batch "${context.req.param('id')}"` });
}
