import { defineEvent } from 'tickless';
import { z } from 'zod';

/** A heavy type: it takes half a second a shelf, and tells how far it is. */
export const takeStock = defineEvent({
  type: 'take-stock',
  data: z.object({ shelves: z.int().min(1).max(1_000) }),
  tier: 'low',
  weight: 'heavy',
  retry: { maxAttempts: 10, initialDelayMs: 200 },
  handler: async ({ data: { shelves } }, { services, idempotencyKey, signal, heartbeat }) => {
    let parts = 0;
    for (let shelf = 1; shelf <= shelves; shelf += 1) {
      // Begun anew, it asks for all shelves again: those that were counted are answered at once.
      parts += (await services.warehouse.count(shelf, { idempotencyKey: `${idempotencyKey}/${shelf}`, signal })).parts;
      heartbeat({ step: 'counting', percent: Math.floor((100 * shelf) / shelves), message: `shelf ${shelf} of ${shelves}` });
    }
    return { shelves, parts };
  },
});
