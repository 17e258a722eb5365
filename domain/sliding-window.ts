/** So many requests in any window of this length. */
export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

export type RateDecision =
  | { readonly allowed: true; readonly times: readonly number[]; readonly remaining: number; readonly resetMs: number }
  | { readonly allowed: false; readonly times: readonly number[]; readonly retryAfterMs: number };

/**
 * Decides on one request by the times of those allowed before, oldest first. The window slides with each request, so that
 * no stretch of its length ever has more than the limit, unlike with fixed windows.
 */
export function takeFromWindow({ requests, windowMs }: RateLimit, times: readonly number[], nowMs: number): RateDecision {
  const within = times.filter((time) => time > nowMs - windowMs);
  const [oldest = nowMs] = within;
  if (within.length >= requests) return { allowed: false, times: within, retryAfterMs: oldest + windowMs - nowMs };
  return { allowed: true, times: [...within, nowMs], remaining: requests - within.length - 1, resetMs: oldest + windowMs - nowMs };
}
