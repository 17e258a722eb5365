import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import type { SecretFile, SecretsState } from './check-secrets.ts';

export interface ReadSecretsOptions {
  readonly settings: Partial<Environment>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly dataDirectory: string;
  readonly isExternal: boolean;
}

export function readSecrets({ settings, variables, dataDirectory, isExternal }: ReadSecretsOptions): SecretsState {
  const { API_KEYS: apiKeys = '' } = variables;
  return {
    // An empty one counts as not set, as everywhere.
    webhookSecrets: variables['WEBHOOK_SECRETS'] || undefined,
    apiKeys: settings.API_KEYS ?? [],
    madeSecret: readSecretFile(join(dataDirectory, 'webhook-secret')),
    apiKeyFile: /^\.?\//.test(apiKeys) ? readSecretFile(apiKeys) : null,
    isExternal,
  };
}

/** Null where there is none. */
function readSecretFile(path: string): SecretFile | null {
  if (!existsSync(path)) return null;
  // Windows has no such bits, and Node makes some up.
  return { path, text: readIfPossible(path), mode: process.platform === 'win32' ? null : statSync(path).mode };
}

function readIfPossible(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
