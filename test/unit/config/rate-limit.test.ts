import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRateLimit } from '../../../config/rate-limit.ts';

describe('parseRateLimit', () => {
  it.each([
    ['100/60s', 100, 60_000],
    ['1/250ms', 1, 250],
    ['9999999/1d', 9_999_999, 86_400_000],
    [' 5/1.5s ', 5, 1_500],
    ['007/1m', 7, 60_000],
  ])('reads %j', (text, requests, windowMs) => {
    expect(parseRateLimit(text)).toEqual({ requests, windowMs });
  });

  it.each([
    '',
    '100',
    '/60s',
    '100/',
    '0/60s',
    '100/0s',
    '-1/60s',
    '1.5/60s',
    '100/60',
    '100/s',
    '100/0.4ms',
    '10000000/60s',
    '1/2/3s',
    'x100/60s',
  ])('does not take %j', (text) => {
    expect(parseRateLimit(text)).toBeUndefined();
  });

  it('gives nothing but limits that allow something in some time', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{0,8}\/?\d{0,3}\.?\d?(ms|s|m)?$/), (text) => {
        const limit = parseRateLimit(text);
        if (limit === undefined) return;
        expect(limit.requests).toBeGreaterThanOrEqual(1);
        expect(limit.windowMs).toBeGreaterThan(0);
      }),
    );
  });
});
