import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureText } from '../../../handlers/failure-text.ts';
import { withoutUrlSecrets } from '../../../handlers/without-url-secrets.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4000'), { code: 'ECONNREFUSED' });

function chain(...messages: readonly string[]): Error {
  return messages.reduceRight<Error | undefined>((cause, message) => new Error(message, { cause }), undefined) ?? new Error();
}

describe('what is said of a failed attempt', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('broken'), 'broken'],
    ['a text', 'broken', 'broken'],
    ['its cause', new TypeError('fetch failed', { cause: refused }), 'fetch failed: connect ECONNREFUSED 127.0.0.1:4000'],
    ['causes of causes, three of them', chain('a1', 'b2', 'c3', 'd4', 'e5'), 'a1: b2: c3: d4'],
    ['no cause twice', new Error('could not ship: no stock', { cause: new Error('no stock') }), 'could not ship: no stock'],
    ['no data that is given as a cause', new Error('refused', { cause: { card: '4242' } }), 'refused'],
    ['no cause without a text', new Error('refused', { cause: new Error() }), 'refused'],
    [
      'a code where that is all there is',
      new Error('fetch failed', { cause: Object.assign(new Error(), { code: 'EPIPE' }) }),
      'fetch failed: EPIPE',
    ],
    [
      'the addresses that were tried',
      new TypeError('fetch failed', { cause: new AggregateError([new Error('connect ECONNREFUSED ::1:4000'), refused, refused]) }),
      'fetch failed: connect ECONNREFUSED ::1:4000, connect ECONNREFUSED 127.0.0.1:4000',
    ],
    ['no secret of a URL', new Error('"https://me:pw@shop.test/a?key=k-1#t" answered 500'), '"https://shop.test/a?…" answered 500'],
  ])('has %s', (_what, error, text) => {
    expect(failureText(error)).toBe(text);
  });

  it('is short, whatever was thrown, and comes to an end', () => {
    const circular = new Error('round');
    circular.cause = circular;

    expect(failureText(circular)).toBe('round');
    expect(failureText(new Error('x'.repeat(1_000_000), { cause: refused }))).toBe('x'.repeat(1_000));
    expect(failureText(Object.create(null))).toBe('a value without a text was thrown');
  });
});

describe('a text without what URLs keep secret', () => {
  it('is the same where there is none', () => {
    const text = 'see https://shop.test/orders/1, or mail me@shop.test: is it there?';

    expect(withoutUrlSecrets(text)).toBe(text);
  });

  it('has neither user, password, query nor fragment of any URL in it', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const secret = word.map((text) => `SECRET${text}`);
    const url = fc
      .tuple(fc.constantFrom('http', 'https', 'redis', 'postgres+ssl'), secret, secret, word, secret, secret)
      .map(
        ([scheme, user, password, path, query, hash]) => `${scheme}://${user}:${password}@host.test/${path}?q=${query}&r[]=${hash}#${hash}`,
      );
    const text = fc
      .array(fc.oneof(url, word, fc.constantFrom('"', ' ', '\n', '(', ')', "'")), { maxLength: 12 })
      .map((parts) => parts.join(' '));

    fc.assert(
      fc.property(text, (given) => {
        expect(withoutUrlSecrets(given)).not.toContain('SECRET');
      }),
    );
  });
});
