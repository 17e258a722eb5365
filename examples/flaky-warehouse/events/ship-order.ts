import { defineEvent } from 'tickless';
import { z } from 'zod';

/** A light type: it takes milliseconds, and whatever the warehouse fails at is tried again. */
export const shipOrder = defineEvent({
  type: 'ship-order',
  data: z.object({ orderId: z.string() }),
  tier: 'high',
  retry: { maxAttempts: 5, initialDelayMs: 200 },
  // The key is the same on every attempt, and after a crash: the warehouse knows what it has shipped already.
  handler: ({ data }, { services, idempotencyKey, signal }) => services.warehouse.ship(data.orderId, { idempotencyKey, signal }),
});
