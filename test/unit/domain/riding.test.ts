import { expect, it } from 'vitest';
import { LIGHT_TASK_SLOTS, mayRide } from '../../../domain/riding.ts';

const quiet = { ridingToOrigin: 0, riding: 0 };

it('lets an attempt ride where all is quiet', () => {
  expect(mayRide(quiet)).toBe(true);
});

it.each([
  ['half of the workflow tasks are in attempts to its origin', { ridingToOrigin: LIGHT_TASK_SLOTS / 2 }],
  ['three quarters of them are in attempts to any', { riding: (LIGHT_TASK_SLOTS * 3) / 4 }],
])('lets none ride when %s', (_why, fields) => {
  expect(mayRide({ ...quiet, ...fields })).toBe(false);
});
