import type { Scope } from '../config/api-keys.ts';

const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics', '/openapi.json', '/docs']);
const OPEN_FOLDER = '/docs/';

const SUBMITS = /^\/v1\/(events|batches)$/;
// What holds for all tenants.
const ADMINISTERS = /^\/v1\/limits\//;

/**
 * The one rule of who may do what: every request needs a key with this scope, but for those that are open to everybody (null).
 * `path` is an address or a route's pattern. Whatever isn't listed here changes something that there is already: it needs `operate`.
 */
export function neededScope(method: string, path: string): Scope | null {
  if (OPEN_PATHS.has(path) || path.startsWith(OPEN_FOLDER)) return null;
  const verb = method.toUpperCase();
  if (verb === 'GET' || verb === 'HEAD') return 'read';
  if (ADMINISTERS.test(path)) return 'admin';
  return verb === 'POST' && SUBMITS.test(path) ? 'send' : 'operate';
}
