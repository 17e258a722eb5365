import { isSecret } from '../config/secrets.ts';
import type { Config } from './define-config.ts';

/** Which variables are never shown: the service's own, and all that some plugin says is one. */
export function secretsOf(plugins: Config['plugins'] = []): (name: string) => boolean {
  const named = new Set(plugins.flatMap(({ secrets }) => secrets ?? []));
  return (name) => isSecret(name) || named.has(name);
}
