import { attemptTimes } from '../domain/attempt-times.ts';
import { z } from 'zod';
import { changeOf } from '../domain/state-change.ts';
import { ORDER_STAGE, ORDER_TIMEOUT_MS, ORDER_TYPE } from '../domain/bulk-order.ts';
import type { CarryOut, Order } from '../domain/bulk-order.ts';
import type { Services } from '../domain/handler-services.ts';
import { defineEvent } from '../domain/define-event.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { createAdvance } from '../handlers/advance.ts';
import type { Advance } from '../handlers/advance.ts';
import { monotonicMs } from '../runtime/monotonic.ts';

/**
 * The same, but that orders are carried out in this process: what they need is the service's, which no handler is given.
 * @param load called when the first order comes: a process that starts has better things to do
 */
export function carryOutOrders(advance: Advance, load: () => Promise<CarryOut>, now: () => number): Advance {
  let loading: Promise<CarryOut> | null = null;
  const carryOut: CarryOut = async (order, context) => {
    loading ??= load();
    return (await loading)(order, context);
  };
  const order = defineEvent({
    type: 'order',
    data: z.unknown(),
    tier: 'low',
    timeouts: { [ORDER_STAGE]: ORDER_TIMEOUT_MS },
    handler: async ({ data, tenant }, { idempotencyKey }) => carryOut(data as Order, { tenant, key: idempotencyKey }),
  });
  const definition: EventDefinition = { ...order, type: ORDER_TYPE };
  const advanceOrders = createAdvance({
    times: attemptTimes,
    changeOf,
    resolve: () => definition,
    // It needs nothing that handlers are lent.
    services: { fetch: () => Promise.reject(new Error('an order fetches nothing')), dataDirectory: '', services: {} as Services },
    openEmitter: () => ({ emit: () => undefined, accept: async () => ({}) }),
    now,
    monotonicMs,
  });
  // What shares a workflow is of one batch, and so of one type.
  return (due, port) => (due.runs[0]?.event.type === ORDER_TYPE ? advanceOrders : advance)(due, port);
}
