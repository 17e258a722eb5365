import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { DEFAULT_SCOPES } from '../config/api-keys.ts';
import type { ApiKey, Scope } from '../config/api-keys.ts';
import { DEFAULT_TENANT, isTenant } from '../domain/event-id.ts';
import type { AppEnvironment } from './app.ts';
import type { InstalledPlugin } from './installed-plugin.ts';
import { neededScope } from './needed-scope.ts';
import { problem } from './problem.ts';

export type Authenticate = MiddlewareHandler<AppEnvironment>;

/**
 * Finds the tenant of a request by its key (`Authorization: Bearer` or `X-API-Key`), or as a plugin knows it, and refuses what the key's
 * scopes don't allow; without configured keys everybody of whom no plugin says anything is the default tenant and may do everything. Keys are kept as digests:
 * they are random and long, so that a plain hash will do.
 */
export function createAuthenticate(keys: readonly ApiKey[], plugins: readonly InstalledPlugin[] = []): Authenticate {
  const known = keys.map(({ key, ...allowed }) => ({ ...allowed, digest: sha256(key) }));
  return async (context, next) => {
    const { method, path } = context.req;
    const scope = neededScope(method, path, plugins);
    if (scope === null) return next();
    const told = await askPlugins(plugins, context.req.raw);
    if (told.kind === 'refuse') return unauthorized(context, 'its credentials are refused');
    if (told.kind === 'tenant') {
      if (!told.scopes.includes(scope)) return forbidden(context, scope);
      context.set('tenant', told.tenant);
      context.set('caller', `tenant ${told.tenant}`);
      return next();
    }
    if (known.length === 0 && told.kind === 'nothing') {
      context.set('tenant', DEFAULT_TENANT);
      return next();
    }
    const bearer = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const given = bearer ?? context.req.header('x-api-key') ?? (told.kind === 'key' ? told.key : undefined);
    const digest = given === undefined ? undefined : sha256(given);
    const match = digest && known.find((key) => timingSafeEqual(key.digest, digest));
    if (!match) {
      const detail = given === undefined ? 'give a key as "Authorization: Bearer <key>" or as "X-API-Key"' : 'this key is not known';
      return unauthorized(context, detail);
    }
    if (!match.scopes.includes(scope)) return forbidden(context, scope);
    context.set('tenant', match.tenant);
    context.set('caller', `key ${match.digest.toString('base64url')}`);
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

type Told =
  | { readonly kind: 'nothing' | 'refuse' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'tenant'; readonly tenant: string; readonly scopes: readonly Scope[] };

/** All are asked: what one refuses is refused, and a key counts only where nobody knows the sender better. */
async function askPlugins(plugins: readonly InstalledPlugin[], { method, url, headers }: Request): Promise<Told> {
  let best: Told = { kind: 'nothing' };
  for (const { plugin, context } of plugins) {
    const told = await plugin.authenticate?.({ method, url, headers }, context);
    if (told === undefined || told === null) continue;
    if (told === 'refuse') return { kind: 'refuse' };
    if ('tenant' in told) {
      if (!isTenant(told.tenant)) throw new Error(`the plugin "${plugin.name}" gives a tenant that is not 1 to 63 of a-z, 0-9 and "-"`);
      if (best.kind !== 'tenant') best = { kind: 'tenant', tenant: told.tenant, scopes: told.scopes ?? DEFAULT_SCOPES };
    } else if (best.kind === 'nothing') best = { kind: 'key', key: told.key };
  }
  return best;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
