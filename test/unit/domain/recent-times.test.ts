import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noteTime, slowTime } from '../../../domain/recent-times.ts';
import type { RecentTimes } from '../../../domain/recent-times.ts';

const all = (times: readonly number[]): RecentTimes => times.reduce<RecentTimes>(noteTime, []);

it('knows nothing at first', () => {
  expect(slowTime([])).toBe(0);
});

it('is at least what nine tenths of the last fifty took, and what one of them took', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 120 }), (times) => {
      const last = times.slice(-50);
      const slow = slowTime(all(times));
      expect(last).toContain(slow);
      expect(last.filter((ms) => ms <= slow).length).toBeGreaterThanOrEqual(0.9 * last.length);
    }),
  );
});

it('takes the slowest tenth for an exception', () => {
  expect(slowTime(all([...Array.from({ length: 46 }, () => 10), 900, 900, 900, 900]))).toBe(10);
  expect(slowTime(all([...Array.from({ length: 45 }, () => 10), 900, 900, 900, 900, 900]))).toBe(900);
});
