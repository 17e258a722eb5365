import { errors } from 'undici';

/** Stable codes of a failed exchange; those of an answer (`redirect`, `http_<status>`) are made elsewhere. */
export type FailureCode = 'guarded' | 'dns' | 'refused' | 'unreachable' | 'reset' | 'timeout' | 'tls' | 'protocol' | 'aborted' | 'network';

const CODES: ReadonlyMap<string, FailureCode> = new Map([
  ['ERR_GUARDED', 'guarded'],
  ['ENOTFOUND', 'dns'],
  ['ENODATA', 'dns'],
  ['ESERVFAIL', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['EPROTO', 'tls'],
  ['HOSTNAME_MISMATCH', 'tls'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'protocol'],
  // undici asserts what it hasn't parsed itself, as that a status is no less than 100.
  ['ERR_ASSERTION', 'protocol'],
  ['UND_ERR_INVALID_ARG', 'protocol'],
  ['UND_ERR_NOT_SUPPORTED', 'protocol'],
  ['UND_ERR_ABORTED', 'aborted'],
  ['UND_ERR_CLOSED', 'aborted'],
  ['UND_ERR_DESTROYED', 'aborted'],
]);

/** Families of codes: resolver, TLS of Node, OpenSSL's certificate faults. */
const PATTERNS: readonly (readonly [RegExp, FailureCode])[] = [
  [/^EAI_/, 'dns'],
  [/^ERR_(TLS|SSL)_|CERT|^UNABLE_TO_/, 'tls'],
];

/** Translates what Node, OpenSSL and undici throw; `network` for anything unknown. */
export function toFailureCode(error: unknown): FailureCode {
  // undici gives this one a code only now and then.
  if (error instanceof errors.HTTPParserError) return 'protocol';
  const code = codeOf(error);
  return CODES.get(code) ?? PATTERNS.find(([pattern]) => pattern.test(code))?.[1] ?? 'network';
}

/** Connects to several addresses fail with an AggregateError, whose own code is that of its first error. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
