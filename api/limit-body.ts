import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { AppEnvironment } from './app.ts';
import { problem } from './problem.ts';

/**
 * Refuses bodies of more than `maxBytes`. A length that was announced is enough, since the server reads no further: to look
 * at the body would make a web stream of it, a tenth of what accepting an event costs.
 */
export function limitBody(maxBytes: number): MiddlewareHandler<AppEnvironment> {
  const tooLarge = { code: 'too_large', detail: `a body has at most ${maxBytes} bytes` } as const;
  const limitUnannounced = bodyLimit({ maxSize: maxBytes, onError: (context) => problem(context, tooLarge) });
  return async function limitAnnounced(context, next) {
    const { method } = context.req;
    if (method === 'GET' || method === 'HEAD') return next();
    const length = context.req.header('content-length');
    if (length === undefined || context.req.header('transfer-encoding') !== undefined) return limitUnannounced(context, next);
    return Number(length) > maxBytes ? problem(context, tooLarge) : next();
  };
}
