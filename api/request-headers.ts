const MAX_WAIT_SECONDS = 60;
const MAX_KEY_CHARACTERS = 255;

export interface Preference {
  readonly waitMs: number;
  /** What `Preference-Applied` says; null when nothing was applied. */
  readonly applied: string | null;
}

const QUOTED = /^"((?:[^"\\]|\\.)*)"$/;

/**
 * `Prefer` (RFC 7240): `wait=N`, at most 60 s, and `respond-async`, which with a wait is meant for what takes longer. Of a
 * preference that comes twice the first counts; parameters of others are theirs.
 */
export function parsePreference(header: string | undefined): Preference {
  const preferences = new Map<string, string>();
  for (const preference of splitOutsideQuotes(header ?? '', ',')) {
    const [first = ''] = splitOutsideQuotes(preference, ';');
    const [name = '', ...rest] = first.split('=').map((part) => part.trim());
    const word = rest.join('=');
    const value = QUOTED.exec(word)?.[1]?.replace(/\\(.)/g, '$1') ?? word;
    if (name !== '' && !preferences.has(name.toLowerCase())) preferences.set(name.toLowerCase(), value);
  }
  const wait = preferences.get('wait') ?? '';
  const seconds = /^\d+$/.test(wait) ? Math.min(Number(wait), MAX_WAIT_SECONDS) : null;
  const applied = [...(preferences.has('respond-async') ? ['respond-async'] : []), ...(seconds === null ? [] : [`wait=${seconds}`])];
  return { waitMs: (seconds ?? 0) * 1_000, applied: applied.length === 0 ? null : applied.join(', ') };
}

/** The parts of a header's value; a separator in quotes is none. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): readonly string[] {
  const parts = separator === ',' ? /(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g : /(?:[^";]|"(?:[^"\\]|\\.)*"?)+/g;
  return text.match(parts) ?? [];
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

/** `*`, or entity tags as they stand in the header; weak ones begin with `W/`. */
export type EntityTags = '*' | readonly string[];

const ENTITY_TAGS = /^[ \t,]*(?:(?:W\/)?"[^"]*"[ \t]*(?:,[ \t,]*|$))+$/;

/** What `If-Match` and `If-None-Match` list (RFC 9110, section 8.8.3); null where they list nothing that could be a tag. */
export function parseEntityTags(header: string): EntityTags | null {
  if (header.trim() === '*') return '*';
  return ENTITY_TAGS.test(header) ? (header.match(/(?:W\/)?"[^"]*"/g) ?? []) : null;
}

export type IfMatch =
  | { readonly ok: true; readonly versions: VersionCondition | undefined }
  | { readonly ok: false; readonly detail: string };

/** The versions that a subject may have; `any`: it is there. */
export type VersionCondition = 'any' | readonly number[];

/** `If-Match` with tags of subjects, their versions in quotes. Others are tags as well, which no version has: weak ones too. */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return { ok: true, versions: undefined };
  const tags = parseEntityTags(header);
  if (tags === null) return { ok: false, detail: 'If-Match takes "*", or ETags in quotes, as "12"' };
  if (tags === '*') return { ok: true, versions: 'any' };
  const versions = tags.flatMap((tag) => /^"(0|[1-9]\d{0,14})"$/.exec(tag)?.[1] ?? []);
  return { ok: true, versions: versions.map(Number) };
}

/** Whether `If-None-Match` names this tag, weak or not. */
export function isKnownTag(header: string | undefined, tag: string): boolean {
  const tags = parseEntityTags(header ?? '');
  return tags === '*' || (tags?.some((known) => known.replace(/^W\//, '') === tag) ?? false);
}
