import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { ApiKey } from '../config/api-keys.ts';
import { DEFAULT_TENANT } from '../domain/event-id.ts';
import type { AppEnvironment } from './app.ts';
import { neededScope } from './needed-scope.ts';
import { problem } from './problem.ts';

export type Authenticate = MiddlewareHandler<AppEnvironment>;

/**
 * Finds the tenant of a request by its key (`Authorization: Bearer` or `X-API-Key`; older clients send
 * `X-Secretary-Api-Key`), and refuses what the key's scopes don't allow; without configured keys everybody is the default tenant and
 * may do everything. Keys are kept as digests: they are random and long, so that a plain hash will do.
 */
export function createAuthenticate(keys: readonly ApiKey[]): Authenticate {
  const known = keys.map(({ key, ...allowed }) => ({ ...allowed, digest: sha256(key) }));
  return async (context, next) => {
    const scope = neededScope(context.req.method, context.req.path);
    if (scope === null) return next();
    if (known.length === 0) {
      context.set('tenant', DEFAULT_TENANT);
      return next();
    }
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const given = bearer ?? context.req.header('x-api-key') ?? context.req.header('x-secretary-api-key');
    const digest = given === undefined ? undefined : sha256(given);
    const match = digest && known.find((key) => timingSafeEqual(key.digest, digest));
    if (!match) {
      const detail = given === undefined ? 'give a key as "Authorization: Bearer <key>" or as "X-API-Key"' : 'this key is not known';
      return problem(context, { code: 'unauthorized', detail, headers: { 'www-authenticate': CHALLENGE } });
    }
    if (!match.scopes.includes(scope)) {
      // As RFC 6750 has it.
      const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`;
      return problem(context, {
        code: 'forbidden',
        detail: `this key lacks the scope "${scope}"`,
        headers: { 'www-authenticate': challenge },
      });
    }
    context.set('tenant', match.tenant);
    context.set('keyDigest', match.digest.toString('base64url'));
    return next();
  };
}

const CHALLENGE = 'Bearer realm="tickless"';

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
