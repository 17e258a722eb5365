import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { DEFAULT_TENANT } from '../domain/event-id.ts';
import type { AppEnvironment } from './app.ts';
import { problem } from './problem.ts';

export type Authenticate = MiddlewareHandler<AppEnvironment>;

export interface ApiKey {
  readonly tenant: string;
  readonly key: string;
}

/**
 * Finds the tenant of a request by its key (`Authorization: Bearer` or `X-API-Key`; older clients send
 * `X-Secretary-Api-Key`); without configured keys everybody is the default tenant. Keys are kept as digests: they are random and long, so that a plain hash will do.
 */
export function createAuthenticate(keys: readonly ApiKey[]): Authenticate {
  const known = keys.map(({ tenant, key }) => ({ tenant, digest: sha256(key) }));
  return async (context, next) => {
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
      return problem(context, { code: 'unauthorized', detail, headers: { 'www-authenticate': 'Bearer realm="tickless"' } });
    }
    context.set('tenant', match.tenant);
    context.set('keyDigest', match.digest.toString('base64url'));
    return next();
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
