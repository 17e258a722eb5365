import { expect, it } from 'vitest';
import { howLately } from '../../../dashboard/pages/types/how-lately.ts';

const event = (status: 'completed' | 'failed' | 'partial' | 'running', runMs: number | null) => ({
  status,
  completedAt: status === 'running' ? null : '2026-01-01T00:00:00.000Z',
  timings: { queuedMs: 1, runMs },
});

it('counts what has ended, what has failed, and how long it took', () => {
  const twenty = Array.from({ length: 18 }, (_, index) => event('completed', index + 1));
  const events = [...twenty, event('failed', 1_000), event('partial', null), event('running', null)];
  expect(howLately(events)).toEqual({ ended: 20, failed: 2, p50Ms: 10, p95Ms: 1_000 });
});

it('says nothing of what has not ended', () => {
  expect(howLately([event('running', null)])).toEqual({ ended: 0, failed: 0, p50Ms: null, p95Ms: null });
});
