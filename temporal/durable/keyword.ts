const MAX_CHARACTERS = 255;

/**
 * A text as a search attribute keeps it and as a query names it. Quotes, backslashes and control characters are
 * percent-encoded: server 1.29 escapes them as MySQL does, so that on SQLite and PostgreSQL no query would find them, and
 * a NUL would fail it. Longer values don't fit PostgreSQL's columns.
 */
export function toKeyword(text: string): string {
  return encode(text).slice(0, MAX_CHARACTERS);
}

/** Whether a text is kept as a whole: what is cut can't be told from another that begins alike. */
export function fitsKeyword(text: string): boolean {
  return text.length <= MAX_CHARACTERS && encode(text).length <= MAX_CHARACTERS;
}

function encode(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/[%'"\\\u0000-\u001f\u007f]/g, percentEncode);
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
