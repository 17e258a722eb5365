import { readFileSync } from 'node:fs';

export interface ApiKey {
  readonly tenant: string;
  readonly key: string;
}

type ParsedApiKeys = { readonly ok: true; readonly keys: readonly ApiKey[] } | { readonly ok: false; readonly reason: string };

/**
 * Parses `tenant:key,tenant:key`, or the path of a file with one `tenant:key` a line.
 * Tenants become the first part of workflow ids, hence their narrow alphabet.
 * A text without any key is refused: the service would be open to everybody although somebody meant to close it.
 */
export function parseApiKeys(text: string): ParsedApiKeys {
  const source = sourceOf(text);
  if (source === null) return { ok: false, reason: `the file "${text}" can't be read` };
  const entries = source
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('#'));
  const keys: ApiKey[] = [];
  for (const entry of entries) {
    const separator = entry.indexOf(':');
    const tenant = entry.slice(0, Math.max(separator, 0));
    const key = entry.slice(separator + 1);
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant))
      return { ok: false, reason: 'each key is written tenant:key, the tenant in a-z, 0-9 and -' };
    if (key.length < 16) return { ok: false, reason: `the key of tenant "${tenant}" is shorter than 16 characters` };
    const same = keys.find((other) => other.key === key);
    if (same !== undefined) return { ok: false, reason: `one key is there twice, for "${same.tenant}" and for "${tenant}"` };
    keys.push({ tenant, key });
  }
  return keys.length > 0 ? { ok: true, keys } : { ok: false, reason: 'it is set, but has no key; unset it if no call shall need one' };
}

function sourceOf(text: string): string | null {
  if (!text.startsWith('/') && !text.startsWith('./')) return text;
  try {
    return readFileSync(text, 'utf8');
  } catch {
    return null;
  }
}
