import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { MAX_FAULTS } from '../domain/fault.ts';
import type { Problem } from './problem.ts';
import type { Fault } from '../domain/fault.ts';

export type ParsedQuery<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/**
 * Checks the query string. Unknown parameters are faults, since a misspelt filter would silently select everything, and so are
 * repeated ones, of which only one would count.
 */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, context: Context): ParsedQuery<z.output<Schema>> {
  const { values, faults } = readQuery(context.req.url);
  if (faults.length > 0) return { ok: false, problem: invalidQuery(faults) };
  const parsed = schema.safeParse(values);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: key, detail: 'there is no such parameter' }))
      : [{ pointer: issue.path.join('.'), detail: issue.message }],
  );
  return { ok: false, problem: invalidQuery(errors) };
}

export function invalidQuery(errors: readonly Fault[]): Problem {
  const [first] = errors;
  return { code: 'invalid_query', detail: `${first?.pointer}: ${first?.detail}`, errors: errors.slice(0, MAX_FAULTS) };
}

function readQuery(url: string): { readonly values: object; readonly faults: readonly Fault[] } {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  const values = new Map<string, string>();
  const faults: Fault[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [name = '', ...rest] = part.split('=');
    const decoded = [decode(name), decode(rest.join('='))] as const;
    if (decoded[0] === null || decoded[1] === null) faults.push({ pointer: name, detail: 'it is not percent-encoded UTF-8' });
    else if (values.has(decoded[0])) faults.push({ pointer: decoded[0], detail: 'the parameter is given more than once' });
    else values.set(decoded[0], decoded[1]);
  }
  return { values: Object.fromEntries(values), faults };
}

/** Null for what can't be decoded: to replace it would ask for something else. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
