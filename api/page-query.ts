import { z } from '@hono/zod-openapi';

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(4_096).optional(),
});

/** A page of what a tenant may see. */
export interface PageFilter extends z.output<typeof pageQuery> {
  readonly tenant: string;
}
