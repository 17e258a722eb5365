import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { DEFAULT_SCOPES } from '../config/api-keys.ts';
import type { ApiKey, Scope } from '../config/api-keys.ts';
import { DEFAULT_TENANT } from '../domain/event-id.ts';
import type { AppEnvironment } from './app.ts';
import type { InstalledPlugin } from './installed-plugin.ts';
import type { Credentials } from './plugin.ts';
import { neededScope } from './needed-scope.ts';
import { problem } from './problem.ts';

export type Authenticate = MiddlewareHandler<AppEnvironment>;

/**
 * Finds the tenant of a request by its key (`Authorization: Bearer` or `X-API-Key`), or as a plugin knows it, and refuses what the key's
 * scopes don't allow; without configured keys everybody else is the default tenant and may do everything. Keys are kept as digests:
 * they are random and long, so that a plain hash will do.
 */
export function createAuthenticate(keys: readonly ApiKey[], plugins: readonly InstalledPlugin[] = []): Authenticate {
  const known = keys.map(({ key, ...allowed }) => ({ ...allowed, digest: sha256(key) }));
  return async (context, next) => {
    const { method, path } = context.req;
    const scope = scopeOfPlugins(plugins, method, path) ?? neededScope(method, path);
    if (scope === null) return next();
    const told = await askPlugins(plugins, context.req.raw);
    if (told === 'refuse') return unauthorized(context, 'its credentials are refused');
    if (told !== null && 'tenant' in told) {
      if (!(told.scopes ?? DEFAULT_SCOPES).includes(scope)) return forbidden(context, scope);
      context.set('tenant', told.tenant);
      return next();
    }
    if (known.length === 0) {
      context.set('tenant', DEFAULT_TENANT);
      return next();
    }
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const given = bearer ?? context.req.header('x-api-key') ?? told?.key;
    const digest = given === undefined ? undefined : sha256(given);
    const match = digest && known.find((key) => timingSafeEqual(key.digest, digest));
    if (!match) {
      const detail = given === undefined ? 'give a key as "Authorization: Bearer <key>" or as "X-API-Key"' : 'this key is not known';
      return unauthorized(context, detail);
    }
    if (!match.scopes.includes(scope)) return forbidden(context, scope);
    context.set('tenant', match.tenant);
    context.set('keyDigest', match.digest.toString('base64url'));
    return next();
  };
}

const CHALLENGE = 'Bearer realm="tickless"';

function unauthorized(context: Context, detail: string): Response {
  return problem(context, { code: 'unauthorized', detail, headers: { 'www-authenticate': CHALLENGE } });
}

function forbidden(context: Context, scope: Scope): Response {
  // As RFC 6750 has it.
  const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`;
  return problem(context, { code: 'forbidden', detail: `this key lacks the scope "${scope}"`, headers: { 'www-authenticate': challenge } });
}

function scopeOfPlugins(plugins: readonly InstalledPlugin[], method: string, path: string): Scope | undefined {
  return plugins.map(({ plugin }) => plugin.neededScope?.(method, path)).find((scope) => scope !== undefined);
}

/** The first plugin that knows the sender says so. */
async function askPlugins(plugins: readonly InstalledPlugin[], request: Request): Promise<Credentials | 'refuse' | null> {
  for (const { plugin, context } of plugins) {
    const told = await plugin.authenticate?.(request, context);
    if (told !== undefined && told !== null) return told;
  }
  return null;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
