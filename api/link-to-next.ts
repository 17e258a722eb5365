import type { Context } from 'hono';

/** Says where the next page is (RFC 8288); nothing on the last one. */
export function linkToNext(context: Context, nextCursor: string | null): void {
  if (nextCursor === null) return;
  const next = new URL(context.req.url);
  next.searchParams.set('cursor', nextCursor);
  context.header('link', `<${next.pathname}${next.search}>; rel="next"`);
}
