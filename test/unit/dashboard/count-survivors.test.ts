import { expect, it } from 'vitest';
import { countSurvivors } from '../../../dashboard/pages/try/count-survivors.ts';

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();

it('counts what was under way at a time, and what of that has ended since', () => {
  const events = [
    { acceptedAt: at(1), completedAt: at(9), status: 'completed' },
    { acceptedAt: at(2), completedAt: at(11), status: 'completed' },
    { acceptedAt: at(3), completedAt: at(12), status: 'failed' },
    { acceptedAt: at(4), completedAt: null, status: 'running' },
    { acceptedAt: at(11), completedAt: at(12), status: 'completed' },
    { acceptedAt: at(12), completedAt: null, status: 'waiting' },
  ] as const;
  expect(countSurvivors(events, at(10))).toEqual({ open: 3, ended: 2 });
  expect(countSurvivors([], at(10))).toEqual({ open: 0, ended: 0 });
});
