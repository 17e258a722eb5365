import { defineEvent, PermanentError } from 'tickless';
import { z } from 'zod';

/** An order that somebody has approved: it is shipped, unless it is too large for that. */
export const orderApproved = defineEvent({
  type: 'order-approved',
  data: z.object({ orderId: z.string(), cents: z.int().positive() }),
  tier: 'normal',
  meaning: ({ data }) => ({ large: data.cents > 100_000 }),
  decision: (_event, { large }) => {
    if (large) throw new PermanentError('needs_approval', 'an order above 1,000.00 is approved by two');
    return { ship: true };
  },
  action: ({ data }, { ship }) => ({ shipped: ship, parcel: `parcel-${data.orderId}` }),
});
