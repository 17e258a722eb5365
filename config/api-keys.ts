import { readFileSync } from 'node:fs';

/** What a key may be allowed: submit work, read, steer what there is, change what holds for all tenants. */
export const SCOPES = ['send', 'read', 'operate', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  readonly tenant: string;
  readonly key: string;
  readonly scopes: readonly Scope[];
}

type ParsedApiKeys = { readonly ok: true; readonly keys: readonly ApiKey[] } | { readonly ok: false; readonly reason: string };

const SHORTEST_KEY = 16;
// What concerns all tenants has to be asked for.
export const DEFAULT_SCOPES: readonly Scope[] = ['send', 'read', 'operate'];

/**
 * Parses `tenant:key[:scope+scope],…`, or the path of a file with one such entry a line.
 * Tenants become the first part of workflow ids, hence their narrow alphabet.
 * A text without any key is refused: the service would be open to everybody although somebody meant to close it.
 */
export function parseApiKeys(text: string): ParsedApiKeys {
  if (text.startsWith('~')) return { ok: false, reason: 'nobody replaces the ~ here: write the whole path of the file' };
  const source = sourceOf(text);
  if (source === null) return { ok: false, reason: `${fileNameOf(text)} can't be read` };
  const entries = source
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('#'));
  const keys: ApiKey[] = [];
  for (const entry of entries) {
    const parsed = parseEntry(entry);
    if (typeof parsed === 'string') return { ok: false, reason: parsed };
    const same = keys.find(({ key }) => key === parsed.key);
    if (same !== undefined)
      return { ok: false, reason: `one key is there twice, for ${nameOf(same.tenant)} and for ${nameOf(parsed.tenant)}` };
    keys.push(parsed);
  }
  return keys.length > 0 ? { ok: true, keys } : { ok: false, reason: 'it is set, but has no key; unset it if no call shall need one' };
}

/** A reason never repeats what may be a secret. */
function parseEntry(entry: string): ApiKey | string {
  const [tenant = '', key = '', ...rest] = entry.split(':');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant) || tenant === entry) {
    return 'each key is written tenant:key, the tenant in a-z, 0-9 and -';
  }
  if (key.length < SHORTEST_KEY) return `the key of ${nameOf(tenant)} is shorter than ${SHORTEST_KEY} characters`;
  const scopes = rest.length === 0 ? DEFAULT_SCOPES : rest.join(':').split('+');
  if (scopes.every(isScope)) return { tenant, key, scopes };
  return `after a key of ${nameOf(tenant)} and a colon come scopes, as send+read: some of ${SCOPES.join(', ')}`;
}

/** What is long enough for a key may be one, written in the tenant's place. */
function nameOf(tenant: string): string {
  return tenant.length < SHORTEST_KEY ? `tenant "${tenant}"` : 'a tenant with a long name (each entry is tenant:key)';
}

/** What has a colon may be keys that begin with a slash by mistake. */
function fileNameOf(path: string): string {
  return path.includes(':') ? 'the file that it names (a path begins with "/" or "./", keys with their tenant)' : `the file "${path}"`;
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

function sourceOf(text: string): string | null {
  if (!text.startsWith('/') && !text.startsWith('./')) return text;
  try {
    return readFileSync(text, 'utf8');
  } catch {
    return null;
  }
}
