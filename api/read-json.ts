import type { Context } from 'hono';
import type { Problem } from './problem.ts';

export type JsonBody = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly problem: Problem };

// JSON.parse takes any depth, but JSON.stringify and all that recurs (digests, the engine's payloads) overflows the stack
// from some 2,500 levels on.
export const MAX_DEPTH = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a JSON body, or says what is wrong with it; `taken` are the media types that the route takes. */
export async function readJson(context: Context, taken: readonly string[] = ['application/json']): Promise<JsonBody> {
  const mediaType = (context.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    const given = mediaType ? `"${mediaType}"` : 'no content type';
    return fault({
      code: 'unsupported_media_type',
      detail: `${given} was sent; this takes ${taken.join(', ')}`,
      headers: { 'accept-post': taken.join(', ') },
    });
  }
  const bytes = await context.req.arrayBuffer();
  try {
    const body: unknown = JSON.parse(utf8.decode(bytes));
    if (isDeeperThan(MAX_DEPTH, body)) return fault({ code: 'malformed', detail: `the body is nested deeper than ${MAX_DEPTH} levels` });
    return { ok: true, body };
  } catch (error) {
    return fault({
      code: 'malformed',
      detail: `the body is not JSON: ${error instanceof SyntaxError ? error.message : 'it is not UTF-8'}`,
    });
  }
}

function fault(problem: Problem): JsonBody {
  return { ok: false, problem };
}

/** Level by level, since a recursive walk would overflow the stack itself. */
export function isDeeperThan(limit: number, value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
