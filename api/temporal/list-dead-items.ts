import { z } from 'zod';
import { causeDigest } from '../../domain/dead-letter.ts';
import type { DeadItems } from '../../domain/dead-items.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { BatchService } from '../batch-service.ts';
import type { PageFilter } from '../page-query.ts';
import type { Page } from '../page.ts';
import { fromJsonCursor, toJsonCursor } from './cursor.ts';

const stored = z.strictObject({ batch: z.string(), cursor: z.string().optional() });

/** A page of the failed items of a cause, batch by batch, the last batch first; it may be short. @throws InvalidCursorError */
export async function listDeadItems(
  batches: Pick<BatchService, 'items'>,
  { digest, batches: ids }: DeadItems,
  { tenant, limit, cursor }: PageFilter,
): Promise<Page<EventResource>> {
  const from = cursor === undefined ? { batch: ids[0] ?? '' } : fromJsonCursor(cursor, stored);
  const place = ids.indexOf(from.batch);
  // What it goes on with may have been run again meanwhile, and have nothing that failed any more.
  if (place === -1) return { items: [], nextCursor: null };
  const page = await batches.items({ tenant, id: from.batch, status: 'failed', limit, cursor: from.cursor });
  const following = ids[place + 1];
  const next = page?.nextCursor ? { batch: from.batch, cursor: page.nextCursor } : following === undefined ? null : { batch: following };
  return {
    items: page?.items.filter((item) => digestOf(item, tenant) === digest) ?? [],
    nextCursor: next && toJsonCursor(next),
  };
}

function digestOf({ type, error }: EventResource, tenant: string): string | null {
  return error && causeDigest({ kind: 'item', tenant, type, stage: error.stage, code: error.code, message: '' });
}
