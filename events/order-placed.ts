import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PermanentError, defineEvent } from 'tickless';

const order = z
  .object({
    orderId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
    customer: z.email(),
    lines: z
      .array(z.object({ sku: z.string().min(1), quantity: z.int().positive(), unitPriceCents: z.int().nonnegative() }))
      .min(1)
      .max(200),
  })
  // Shown at /docs, where it can be sent.
  .meta({ examples: [{ orderId: 'o-1', customer: 'ada@example.org', lines: [{ sku: 'tea', quantity: 2, unitPriceCents: 450 }] }] });

/** The example of a type of your own: prices an order, decides how to ship it, writes its receipt. */
export const orderPlaced = defineEvent({
  type: 'order-placed',
  summary: 'An order: priced, routed, and its receipt written to a file.',
  data: order,
  tier: ({ data }) => (data.lines.length > 50 ? 'low' : 'normal'),

  meaning: ({ data }) => ({
    totalCents: data.lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
    pieces: data.lines.reduce((sum, line) => sum + line.quantity, 0),
  }),

  decision: (_event, { totalCents, pieces }) => {
    if (totalCents > 10_000_000) throw new PermanentError('order_too_large', 'orders above 100,000.00 are sold by people');
    return { totalCents, shipping: pieces > 20 ? 'freight' : 'parcel' };
  },

  // Written under a name of its own, then moved: run twice, it leaves one whole receipt.
  action: async ({ data }, { totalCents, shipping }, { idempotencyKey, signal }) => {
    const folder = join(process.env['TICKLESS_DATA'] ?? '.tickless', 'receipts');
    const receipt = join(folder, `${data.orderId}.json`);
    // Hashed, since a key may be longer than a file's name.
    const draft = `${receipt}.${createHash('sha256').update(idempotencyKey).digest('base64url')}`;
    await mkdir(folder, { recursive: true });
    await writeFile(draft, JSON.stringify({ ...data, totalCents, shipping }, null, 2), { signal });
    await rename(draft, receipt);
    return { receipt };
  },
});
