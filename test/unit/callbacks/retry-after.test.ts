import { describe, expect, it } from 'vitest';
import { parseRetryAfterMs } from '../../../activities/callbacks/retry-after.ts';

describe('parseRetryAfterMs', () => {
  const nowMs = Date.UTC(2026, 0, 1, 12, 0, 0);
  const dayMs = 24 * 60 * 60 * 1_000;

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['86401', dayMs],
    ['9'.repeat(400), dayMs],
    ['Thu, 01 Jan 2026 12:01:30 GMT', 90_000],
    ['Thursday, 01-Jan-26 12:01:30 GMT', 90_000],
    ['Thu Jan  1 12:01:30 2026', 90_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['Fri, 01 Jan 2027 12:00:00 GMT', dayMs],
  ])('reads "%s" as %i ms', (value, retryAfterMs) => {
    expect(parseRetryAfterMs(value, nowMs)).toBe(retryAfterMs);
  });

  it.each([undefined, '', 'soon', '-1', '1.5', '2026-01-01T12:01:30Z', 'Thursday', 'Thu, 99 Foo 2026 12:00:00 GMT'])(
    'ignores %j',
    (value) => {
      expect(parseRetryAfterMs(value, nowMs)).toBeUndefined();
    },
  );
});
