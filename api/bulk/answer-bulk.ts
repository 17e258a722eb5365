import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { toFaults } from '../../domain/to-faults.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import { linksOf } from '../batches/submit-batch.ts';
import type { Orders } from '../dead-letter-service.ts';
import { faultySummary } from '../faulty-summary.ts';
import { problem } from '../problem.ts';
import { readOptionalJson } from '../read-json.ts';
import { parseIdempotencyKey } from '../request-headers.ts';
import { idOfKey } from '../id-of-key.ts';
import { startBulk } from './start-bulk.ts';
import type { Bulk } from './start-bulk.ts';

export const MAX_ORDERS = 10_000;
const DEFAULT_ORDERS = 1_000;
const MAX_RATE = 1_000;

/** What every bulk may say. */
export const bulkFields = {
  dryRun: z.boolean().optional().describe('only say how many there are'),
  ratePerSecond: z.number().positive().max(MAX_RATE).optional().describe('so many in a second at most; by default as fast as it goes'),
  limit: z.int().min(1).max(MAX_ORDERS).default(DEFAULT_ORDERS).describe('of so many at most, those that died last first'),
};

type BulkFields = z.output<z.ZodObject<typeof bulkFields>>;

export interface BulkOf<Body> {
  readonly body: z.ZodType<Body>;
  /** Null where there is no such thing. */
  readonly orders: (body: Body) => Promise<Orders | null>;
  readonly name: string;
  readonly notFound: string;
}

/** Answers a request to do many things once more: with how many they are, or with the batch that does them. */
export async function answerBulk<Body extends BulkFields>(
  context: Context<AppEnvironment>,
  { isAccepting, uncounted, parseBatch }: Pick<AppDependencies, 'isAccepting' | 'uncounted' | 'parseBatch'>,
  { body: schema, orders: find, name, notFound }: BulkOf<Body>,
): Promise<Response> {
  if (!isAccepting()) return problem(context, { code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } });
  const idempotency = parseIdempotencyKey(context.req.header('idempotency-key'));
  if (!idempotency.ok) return problem(context, { code: 'malformed', detail: idempotency.detail });
  const read = await readOptionalJson(context);
  if (!read.ok) return problem(context, read.problem);
  const body = schema.safeParse(read.body);
  if (!body.success) {
    const errors = toFaults(body.error.issues, '');
    return problem(context, { code: 'invalid_event', detail: faultySummary(errors), errors });
  }
  const tenant = context.get('tenant');
  const { dryRun, ratePerSecond } = body.data;
  const begin = (orders: Orders['orders']): Promise<Bulk> =>
    startBulk({ uncounted, parseBatch }, { tenant, name, orders, ratePerSecond, idempotencyKey: idempotency.key, asked: body.data });
  // What was asked for before may be done by now, so that there is nothing left to be found.
  const isKnown = idempotency.key !== null && (await uncounted.get({ tenant, id: idOfKey(idempotency.key) })) !== null;
  if (isKnown && dryRun !== true) return answer(await begin([]));
  const found = await find(body.data);
  if (found === null) return problem(context, { code: 'not_found', detail: notFound });
  const { orders, count, skipped } = found;
  if (dryRun === true) return context.json({ count, skipped });
  if (orders.length === 0) {
    return problem(context, { code: 'not_replayable', detail: `of these ${count + skipped} none can be run again from here` });
  }
  return answer(await begin(orders), skipped);

  function answer(bulk: Bulk, skipped = 0): Response {
    if (bulk.kind === 'conflict') {
      return problem(context, { code: 'id_conflict', detail: 'the Idempotency-Key was used before, for something else' });
    }
    const { id, total } = bulk;
    const links = linksOf(id);
    context.header('location', links.self);
    context.header('retry-after', '1');
    const standing = { status: 'accepted', joined: bulk.kind === 'joined' };
    return context.json({ id, ...standing, total, accepted: total, rejected: [], rejectedCount: 0, links, skipped }, 202);
  }
}
