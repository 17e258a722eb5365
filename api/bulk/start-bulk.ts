import { orderItem } from '../../domain/bulk-order.ts';
import type { Order } from '../../domain/bulk-order.ts';
import type { BatchItem } from '../../domain/batch-item.ts';
import type { BatchService, BatchSettings } from '../batch-service.ts';
import { digest } from '../digest.ts';
import type { IdempotencyKey } from '../id-of-key.ts';
import type { createParseBatch } from '../batches/parse-batch.ts';

export interface BulkDependencies {
  /** Whose items nobody counts as accepted events. */
  readonly uncounted: Pick<BatchService, 'submit' | 'get'>;
  readonly parseBatch: ReturnType<typeof createParseBatch>;
}

export interface BulkRequest {
  readonly tenant: string;
  readonly name: string;
  readonly orders: readonly Order[];
  /** How many orders are carried out in a second at most. */
  readonly ratePerSecond: number | undefined;
  readonly idempotencyKey: IdempotencyKey | null;
  /** All that was asked for, by which a repeated key is told from one that was used for something else. */
  readonly asked: unknown;
}

export type Bulk = { readonly kind: 'accepted' | 'joined'; readonly id: string; readonly total: number } | { readonly kind: 'conflict' };

// The service carries them out itself, beside all that it has to do.
const MAX_PARALLEL = 8;
const SECOND_MS = 1_000;

/** Starts a batch whose items are orders. @throws EngineUnavailableError */
export async function startBulk({ uncounted, parseBatch }: BulkDependencies, request: BulkRequest): Promise<Bulk> {
  const { tenant, name, orders, ratePerSecond, idempotencyKey, asked } = request;
  const parsed = parseBatch({ name, maxParallel: MAX_PARALLEL }, { tenant, idempotencyKey });
  // Without a callback there is nothing that could be refused.
  if (!parsed.ok) throw new Error(`a bulk replay is refused: ${parsed.errors[0]?.detail}`);
  const { settings, isRepeatable } = parsed;
  const { kind } = await uncounted.submit({
    settings,
    items: toItems(orders, settings, ratePerSecond),
    fingerprint: () => (isRepeatable ? digest({ name, asked }) : null),
  });
  if (kind === 'conflict') return { kind };
  const batch = kind === 'joined' ? await uncounted.get(settings) : null;
  return { kind, id: settings.id, total: batch?.counts.total ?? orders.length };
}

async function* toItems(
  orders: readonly Order[],
  { id: batchId, tenant, acceptedAtMs }: BatchSettings,
  ratePerSecond: number | undefined,
): AsyncGenerator<BatchItem> {
  for (const [index, order] of orders.entries()) {
    // By whole seconds: each time that something is due costs the batch's workflow a task.
    const delayMs = ratePerSecond === undefined ? 0 : Math.floor(index / ratePerSecond) * SECOND_MS;
    yield orderItem(order, { tenant, batchId, index, acceptedAtMs, delayMs });
  }
}
