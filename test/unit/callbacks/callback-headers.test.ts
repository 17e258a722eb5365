import { describe, expect, it } from 'vitest';
import { callerHeaders, checkCallerHeaders } from '../../../activities/callbacks/callback-headers.ts';

describe('callerHeaders', () => {
  it("takes the caller's headers along, in lower case", () => {
    expect(callerHeaders({ Authorization: 'Bearer abc', 'X-Trace': '1' })).toEqual({ authorization: 'Bearer abc', 'x-trace': '1' });
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Host',
    'Content-Length',
    'Content-Type',
    'Content-Encoding',
    'Expect',
    'User-Agent',
    'webhook-id',
    'Webhook-Signature',
    'WEBHOOK-TIMESTAMP',
    'webhook-anything',
  ])('leaves out %s', (name) => {
    expect(callerHeaders({ [name]: 'x', kept: 'y' })).toEqual({ kept: 'y' });
  });

  it('leaves out what Connection names', () => {
    expect(callerHeaders({ 'X-Hop': '1', 'x-kept': '2', Connection: 'close, X-Hop' })).toEqual({ 'x-kept': '2' });
  });

  it('takes the later of two spellings', () => {
    expect(callerHeaders({ 'X-A': '1', 'x-a': '2' })).toEqual({ 'x-a': '2' });
  });

  it('leaves out what HTTP cannot carry', () => {
    expect(callerHeaders({ 'x y': '1', 'x-split': 'a\r\nwebhook-id: b', ok: 'c' })).toEqual({ ok: 'c' });
  });
});

describe('checkCallerHeaders', () => {
  it('finds nothing wrong with ordinary headers, reserved ones included', () => {
    expect(checkCallerHeaders({ Authorization: 'Bearer a.b-c', 'x-empty': '', 'x-tab': 'a\tb', 'x-latin': 'Zoë', Host: 'a' })).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['space', 'x y'],
    ['colon', 'x:'],
    ['line break', 'x\r\ny'],
    ['umlaut', 'zoë'],
  ])('refuses a name: %s', (_what, name) => {
    expect(checkCallerHeaders({ good: 'a', [name]: 'b' })).toEqual([{ name, reason: 'the name is not a header name' }]);
  });

  it.each(['a\r\nb', 'a\nb', 'a\r'])('refuses the line break in %j', (value) => {
    expect(checkCallerHeaders({ 'X-A': value })).toEqual([{ name: 'X-A', reason: 'the value has a line break' }]);
  });

  it.each(['a\0b', 'a\u007fb', '€'])('refuses the character in %j', (value) => {
    const reason = 'the value has a character that a header cannot carry';
    expect(checkCallerHeaders({ 'X-A': value })).toEqual([{ name: 'X-A', reason }]);
  });

  it('names every faulty header', () => {
    expect(checkCallerHeaders({ 'a b': '1', c: '2', d: '\n' }).map(({ name }) => name)).toEqual(['a b', 'd']);
  });

  it('names the header with which they become too large, and only that one', () => {
    const value = 'x'.repeat(3_000);
    const reason = 'with it the headers have more than 6144 characters';
    expect(checkCallerHeaders({ a: value, b: value, c: value, d: value })).toEqual([{ name: 'c', reason }]);
  });
});
