import type { Scope } from '../config/api-keys.ts';
import type { InstalledPlugin } from './installed-plugin.ts';

const OPEN_PATHS: ReadonlySet<string> = new Set(['/', '/livez', '/readyz', '/metrics', '/openapi.json', '/docs']);
const OPEN_FOLDERS = ['/docs/', '/dashboard/'];

const SUBMITS = /^\/v1\/(events|batches)$/;
// What holds for all tenants.
const ADMINISTERS = /^\/v1\/limits\//;

/**
 * The one rule of who may do what: every request needs a key with this scope, but for those that are open to everybody (null).
 * `path` is an address or a route's pattern; of others than the service's own a plugin may say it. Whatever isn't listed here changes something that there is already: it needs `operate`.
 */
export function neededScope(method: string, path: string, plugins: readonly InstalledPlugin[] = []): Scope | null {
  if (OPEN_PATHS.has(path) || OPEN_FOLDERS.some((folder) => path.startsWith(folder))) return null;
  const ofPlugin = isOurs(path)
    ? undefined
    : plugins.map(({ plugin }) => plugin.neededScope?.(method, path)).find((scope) => scope !== undefined);
  if (ofPlugin !== undefined) return ofPlugin;
  const verb = method.toUpperCase();
  if (verb === 'GET' || verb === 'HEAD') return 'read';
  if (ADMINISTERS.test(path)) return 'admin';
  return verb === 'POST' && SUBMITS.test(path) ? 'send' : 'operate';
}

function isOurs(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}
