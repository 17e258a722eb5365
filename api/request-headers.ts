const MAX_WAIT_SECONDS = 60;
const MAX_KEY_CHARACTERS = 255;

export interface Preference {
  readonly waitMs: number;
  /** What `Preference-Applied` says; null when nothing was applied. */
  readonly applied: string | null;
}

/** `Prefer: wait=N` (RFC 7240), at most 60 s; `respond-async` beside it wins. */
export function parsePreference(header: string | undefined): Preference {
  const preferences = (header ?? '').split(/[,;]/).map((preference) => preference.trim().toLowerCase());
  if (preferences.includes('respond-async')) return { waitMs: 0, applied: 'respond-async' };
  for (const preference of preferences) {
    const match = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference);
    if (!match) continue;
    const seconds = Math.min(Number(match[1]), MAX_WAIT_SECONDS);
    return { waitMs: seconds * 1_000, applied: `wait=${seconds}` };
  }
  return { waitMs: 0, applied: null };
}

export type IdempotencyKey = { readonly ok: true; readonly key: string | null } | { readonly ok: false; readonly detail: string };

/** `Idempotency-Key`, quoted as its draft says or bare. */
export function parseIdempotencyKey(header: string | undefined): IdempotencyKey {
  if (header === undefined) return { ok: true, key: null };
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header.trim());
  const key = quoted?.[1] === undefined ? header.trim() : quoted[1].replace(/\\(["\\])/g, '$1');
  if (key.length < 1 || key.length > MAX_KEY_CHARACTERS || !/^[\x20-\x7e]+$/.test(key)) {
    return { ok: false, detail: `an Idempotency-Key has 1 to ${MAX_KEY_CHARACTERS} printable ASCII characters` };
  }
  return { ok: true, key };
}

export type IfMatch = { readonly ok: true; readonly version: number | undefined } | { readonly ok: false; readonly detail: string };

/** `If-Match` with the `ETag` of a subject, its version in quotes. */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return { ok: true, version: undefined };
  const version = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined) return { ok: false, detail: 'If-Match takes one subject\'s ETag, as "12"' };
  return { ok: true, version: Number(version) };
}
