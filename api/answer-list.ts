import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppEnvironment } from './app.ts';
import { linkToNext } from './link-to-next.ts';
import type { Page } from './page.ts';
import { parseQuery } from './parse-query.ts';
import { problem } from './problem.ts';

/** Answers with a page of a tenant's list, as the query asks for it. */
export async function answerList<Schema extends z.ZodObject>(
  context: Context<AppEnvironment>,
  schema: Schema,
  list: (filter: z.output<Schema> & { readonly tenant: string }) => Promise<Page<unknown>>,
): Promise<Response> {
  const query = parseQuery(schema, context);
  if (!query.ok) return problem(context, query.problem);
  const page = await list({ ...query.value, tenant: context.get('tenant') });
  linkToNext(context, page.nextCursor);
  return context.json(page);
}
