import { errors } from 'undici';
import { describe, expect, it } from 'vitest';
import { toFailureCode } from '../../../activities/callbacks/failure-code.ts';

describe('toFailureCode', () => {
  it.each([
    ['ERR_GUARDED', 'guarded'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['UND_ERR_SOCKET', 'reset'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['EPROTO', 'tls'],
    ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'protocol'],
    ['ERR_ASSERTION', 'protocol'],
    ['UND_ERR_CLOSED', 'aborted'],
    ['toString', 'network'],
    ['ESOMETHING', 'network'],
  ])('calls %s %s', (code, failure) => {
    expect(toFailureCode(Object.assign(new Error('x'), { code }))).toBe(failure);
  });

  it('calls an answer that cannot be parsed protocol', () => {
    expect(toFailureCode(new errors.HTTPParserError('x'))).toBe('protocol');
  });

  it.each([new Error('x'), Object.assign(new Error('x'), { code: 5 }), 'x', undefined])('calls anything else network', (thrown) => {
    expect(toFailureCode(thrown)).toBe('network');
  });
});
