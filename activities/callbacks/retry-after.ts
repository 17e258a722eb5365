import { MAX_RETRY_AFTER_MS } from '../../domain/delivery.ts';

/**
 * Parses `Retry-After` (RFC 9110 10.2.3): seconds or an HTTP date, both at most 24 h from now.
 * Undefined when there is none or it is neither; a date in the past is 0.
 */
export function parseRetryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, MAX_RETRY_AFTER_MS);
  const atMs = parseHttpDate(text);
  if (atMs === undefined) return undefined;
  return Math.min(Math.max(0, atMs - nowMs), MAX_RETRY_AFTER_MS);
}

/** The three forms of RFC 9110 5.6.7; the oldest (`asctime`) has no zone, yet means GMT. */
function parseHttpDate(text: string): number | undefined {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const atMs = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
