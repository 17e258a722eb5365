/** What `Content-Type` says (RFC 9110, section 8.3); names are in lower case. */
export interface MediaType {
  /** Empty where there is none. */
  readonly type: string;
  /** Null where it is left open. */
  readonly charset: string | null;
}

const PARAMETER = /;[ \t]*([^;=\s"]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/g;
// The labels of UTF-8, and of ASCII, which is a part of it.
const READABLE: readonly (string | null)[] = [null, 'utf-8', 'utf8', 'us-ascii', 'ascii'];

export function parseMediaType(header: string | undefined): MediaType {
  const [type = ''] = (header ?? '').split(';', 1);
  const parameters = [...(header ?? '').matchAll(PARAMETER)];
  const charsets = parameters
    .filter(([, name]) => name?.toLowerCase() === 'charset')
    .map(([, , quoted, bare]) => (quoted ?? bare ?? '').toLowerCase());
  // Two that differ are none that could be read.
  return { type: type.trim().toLowerCase(), charset: charsets.length === 0 ? null : [...new Set(charsets)].join(', ') };
}

/** Bodies are read as UTF-8 only. */
export function isReadableAsUtf8({ charset }: MediaType): boolean {
  return READABLE.includes(charset);
}
