import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Problem } from './problem.ts';

export type ParsedQuery<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Checks the query string; unknown parameters are faults, since a misspelt filter would silently select everything. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, context: Context): ParsedQuery<z.output<Schema>> {
  const parsed = schema.safeParse(context.req.query());
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: key, detail: 'there is no such parameter' }))
      : [{ pointer: issue.path.join('.'), detail: issue.message }],
  );
  const [first] = errors;
  return { ok: false, problem: { code: 'invalid_query', detail: `${first?.pointer}: ${first?.detail}`, errors } };
}
