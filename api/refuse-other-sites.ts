import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { AppEnvironment } from './app.ts';
import { problem } from './problem.ts';

/**
 * Refuses what the page of another site asks for in the reader's browser: by its `Origin`, which browsers say with whatever may change
 * something, and by a `Host` that such a site has had resolved to this machine. Programs send no `Origin`.
 */
export function refuseOtherSites(): MiddlewareHandler<AppEnvironment> {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    const origin = context.req.header('origin');
    const isOurs = isOfThisMachine(host) && (origin === undefined || parse(origin)?.host === host);
    if (!isOurs) return problem(context, { code: 'forbidden', detail: 'pages of other sites are refused here' });
    return next();
  };
}

/** Names other than these may be anybody's. */
function isOfThisMachine(host: string): boolean {
  const name = parse(`http://${host}`)?.hostname ?? '';
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || name === 'localhost' || name.endsWith('.localhost');
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}
