import type { MiddlewareHandler } from 'hono';
import type { AppEnvironment } from './app.ts';
import { neededScope } from './needed-scope.ts';

/** A request that has changed what others had begun, or what holds for all. */
export interface Steering {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tenant: string;
  /** A key is named by the beginning of its digest, never by itself. */
  readonly by: string;
  readonly requestId: string;
}

// Enough to tell keys apart, and nothing that a key could be made of.
const KEY = /^(key .{8}).*$/;

/** Tells of each request that steers and is carried out: who asked for what. Sending an event is none. */
export function logSteering(tell: (steering: Steering) => void): MiddlewareHandler<AppEnvironment> {
  return async (context, next) => {
    await next();
    const { method, path } = context.req;
    const scope = neededScope(method, path);
    const { status, ok } = context.res;
    if (!ok || (scope !== 'operate' && scope !== 'admin')) return;
    const by = context.get('caller')?.replace(KEY, '$1') ?? 'anybody';
    tell({ method, path, status, tenant: context.get('tenant'), by, requestId: context.get('requestId') });
  };
}
