import { parseDurationMs } from './durations.ts';

/** Parses `100/60s`: so many requests in so long; undefined if the text is not such a limit. */
export function parseRateLimit(text: string): { readonly requests: number; readonly windowMs: number } | undefined {
  const match = /^(\d{1,7})\/(.+)$/.exec(text.trim());
  const requests = Number(match?.[1] ?? 0);
  const windowMs = parseDurationMs(match?.[2] ?? '');
  return requests >= 1 && windowMs !== undefined && windowMs > 0 ? { requests, windowMs } : undefined;
}
