import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';

export interface LimitBodyOptions {
  /** Bytes. */
  readonly maxSize: number;
  readonly onError: (context: Context) => Response | Promise<Response>;
}

/**
 * Refuses bodies above `maxSize`. Hono's own middleware looks at the body first, which makes a web stream of it: two thirds
 * of what an HTTP request costs. Where the length is declared, and Node's parser keeps senders to it, that look is spared.
 */
export function limitBody({ maxSize, onError }: LimitBodyOptions): MiddlewareHandler {
  const limitUnknownLength = bodyLimit({ maxSize, onError });
  return async (context, next) => {
    if (context.req.method === 'GET' || context.req.method === 'HEAD') return next();
    const declared = context.req.header('content-length');
    if (declared === undefined || context.req.header('transfer-encoding') !== undefined) return limitUnknownLength(context, next);
    return Number(declared) > maxSize ? onError(context) : next();
  };
}
