import { expect, it } from 'vitest';
import { parseRetryAfter } from '../../../client/retry-after.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12);

it.each([
  [null, null],
  ['', null],
  ['0', 0],
  [' 120 ', 120_000],
  ['1.5', null],
  ['-1', null],
  ['0x10', null],
  ['soon', null],
  ['Thu, 01 Jan 2026 12:00:05 GMT', 5_000],
  ['Thursday, 01-Jan-26 12:00:05 GMT', 5_000],
  ['Thu Jan  1 12:00:05 2026', 5_000],
  ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
  ['Thu, 41 Jan 2026 11:00:00 GMT', null],
])('reads %j as %j ms', (header, ms) => {
  expect(parseRetryAfter(header, NOW_MS)).toBe(ms);
});
