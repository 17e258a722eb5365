import type { AcceptedEvent } from './accepted-event.ts';
import type { BatchItem } from './batch-item.ts';
import { itemId } from './event-id.ts';
import { NOTHING_SAID } from './handled-event.ts';
import { toIso } from './to-iso.ts';

// A bulk replay is a batch like any other, with progress, pause and cancel: each of its items is an order of this type, which the service
// carries out itself.

/** No event type of anybody's has a "~". */
export const ORDER_TYPE = 'tickless~order';
export const ORDER_STAGE = 'action';
export const ORDER_TIMEOUT_MS = 10_000;

/** What is to be done once more. */
export type Order =
  | { readonly action: 'replay'; readonly event: string; readonly patch?: readonly object[] }
  | { readonly action: 'redeliver'; readonly event: string }
  | { readonly action: 'retry_failed'; readonly batch: string };

/**
 * Does once more what an order says.
 * @param key the same however often the order is carried out
 * @returns what is shown as its result
 * @throws PermanentError where it can't be done
 */
export type CarryOut = (
  order: Order,
  context: { readonly tenant: string; readonly key: string },
) => Promise<Readonly<Record<string, string | number>>>;

export interface OrderItemOptions {
  readonly tenant: string;
  readonly batchId: string;
  readonly index: number;
  readonly acceptedAtMs: number;
  /** So long after the batch's start it is carried out. */
  readonly delayMs: number;
}

/** An order as an item of its batch. */
export function orderItem(order: Order, { tenant, batchId, index, acceptedAtMs, delayMs }: OrderItemOptions): BatchItem {
  const event: AcceptedEvent = {
    ...NOTHING_SAID,
    id: itemId(batchId, index),
    ownId: null,
    batchId,
    type: ORDER_TYPE,
    time: toIso(acceptedAtMs),
    data: order,
    tier: 'low',
    urgency: 0,
    tenant,
    run: 1,
    acceptedAtMs,
    delayMs,
    callback: null,
    plan: {
      weight: 'light',
      stages: [ORDER_STAGE],
      retry: { maxAttempts: 5, initialDelayMs: 500, factor: 2, maxDelayMs: 10_000 },
      timeoutsMs: { [ORDER_STAGE]: ORDER_TIMEOUT_MS },
      respondAfterRecord: true,
    },
  };
  return { kind: 'event', event };
}
