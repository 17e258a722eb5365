import { z } from '@hono/zod-openapi';

export const BATCH_STATUSES = ['running', 'paused', 'completed', 'partial', 'failed', 'cancelled'] as const;

export const batchLinks = z.object({ self: z.string(), items: z.string(), stream: z.string() });
export const count = z.int().min(0);
const fault = z.object({ pointer: z.string(), detail: z.string() });

/** What whoever submits a batch is answered. */
export const acceptedBatch = z
  .object({
    id: z.string(),
    status: z.enum(['accepted', ...BATCH_STATUSES]).describe('`accepted`, or that of the batch that it joined'),
    joined: z.boolean().describe('whether there was a batch of this id and content already: nothing new began'),
    run: count.optional().describe('of the batch that it joined'),
    total: count,
    accepted: count,
    rejected: z.array(z.object({ index: count, errors: z.array(fault) })),
    rejectedCount: count,
    links: batchLinks,
  })
  .openapi('AcceptedBatch');

/** How many things are done once more, and how many can't be. */
export const counted = z
  .object({
    count: count.describe('of so many'),
    skipped: count.describe('so many more cannot be run again from here'),
  })
  .openapi('CountedAgain');

/** What whoever has many things done once more is answered. */
export const acceptedBulk = z.object({ ...acceptedBatch.shape, skipped: counted.shape.skipped }).openapi('AcceptedBulk');
