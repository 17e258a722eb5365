import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { LRUCache } from 'lru-cache';
import type { RateLimit } from '../domain/sliding-window.ts';
import { takeFromWindow } from '../domain/sliding-window.ts';
import type { AppEnvironment } from './app.ts';
import { problem } from './problem.ts';

// Callers not heard of for a window are forgotten when there are this many.
const MAX_CALLERS = 10_000;

/**
 * Refuses requests that submit work beyond the limit, per API key, else per client address (this process counts for itself).
 * Answers carry the `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers.
 */
export function createRateLimit(limit: RateLimit | null, now: () => number): MiddlewareHandler<AppEnvironment> {
  if (limit === null) return (_context, next) => next();
  const callers = new LRUCache<string, readonly number[]>({ max: MAX_CALLERS });
  return async (context, next) => {
    if (context.req.method !== 'POST') return next();
    const caller = callerOf(context);
    const decision = takeFromWindow(limit, callers.get(caller) ?? [], now());
    callers.set(caller, decision.times);

    const left = decision.allowed ? decision.remaining : 0;
    const resetSeconds = Math.ceil((decision.allowed ? decision.resetMs : decision.retryAfterMs) / 1_000);
    const headers = {
      'ratelimit-policy': `"events";q=${limit.requests};w=${Math.ceil(limit.windowMs / 1_000)}`,
      ratelimit: `"events";r=${left};t=${resetSeconds}`,
    };
    if (!decision.allowed) {
      const detail = `more than ${limit.requests} requests in ${limit.windowMs / 1_000} s`;
      return problem(context, { code: 'rate_limited', detail, headers: { ...headers, 'retry-after': String(Math.max(1, resetSeconds)) } });
    }
    await next();
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
    return undefined;
  };
}

function callerOf(context: Context<AppEnvironment>): string {
  const caller = context.get('caller');
  if (caller !== undefined) return caller;
  try {
    return `address ${getConnInfo(context).remote.address ?? 'unknown'}`;
  } catch {
    // A request that came by app.request() has no connection.
    return 'address unknown';
  }
}
