/** A caller's header that cannot be sent; `name` as the caller wrote it. */
export interface HeaderFault {
  readonly name: string;
  readonly reason: string;
}

/** Receivers commonly take 8 to 16 KiB of headers; ours need some of it. */
const MAX_HEADER_CHARACTERS = 6_144;

/** Hop-by-hop (RFC 9110 7.6.1), what says how the body is framed, and what we set. */
const RESERVED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/**
 * The caller's headers that go along, with names in lower case (the later of two spellings wins).
 * Reserved ones are left out silently; so are faulty ones, which the POST has refused, so that none can smuggle a line.
 */
export function callerHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lowered = Object.entries(headers).map(([name, value]) => ({ name: name.toLowerCase(), value }));
  const named = lowered.filter(({ name }) => name === 'connection').flatMap(({ value }) => toTokens(value));
  const kept = lowered.filter(({ name, value }) => {
    if (RESERVED.has(name) || name.startsWith('webhook-') || named.includes(name)) return false;
    return faultOf(name, value) === undefined;
  });
  return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
}

/** Everything in a caller's headers that HTTP cannot carry (RFC 9110 5.5, 5.6.2), for a 422. */
export function checkCallerHeaders(headers: Readonly<Record<string, string>>): readonly HeaderFault[] {
  let characters = 0;
  return Object.entries(headers).flatMap(([name, value]) => {
    const isFirstAbove = characters <= MAX_HEADER_CHARACTERS;
    characters += name.length + value.length;
    const fault = faultOf(name, value);
    if (fault !== undefined) return [{ name, reason: fault }];
    if (!isFirstAbove || characters <= MAX_HEADER_CHARACTERS) return [];
    return [{ name, reason: `with it the headers have more than ${MAX_HEADER_CHARACTERS} characters` }];
  });
}

function faultOf(name: string, value: string): string | undefined {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return 'the name is not a header name';
  if (/[\r\n]/.test(value)) return 'the value has a line break';
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return 'the value has a character that a header cannot carry';
  return undefined;
}

/** A header named in `Connection` is hop-by-hop as well. */
function toTokens(value: string): readonly string[] {
  return value.split(',').map((token) => token.trim().toLowerCase());
}
