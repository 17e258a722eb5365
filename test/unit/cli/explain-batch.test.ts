import { expect, it } from 'vitest';
import { explainBatch } from '../../../cli/explain-batch.ts';
import type { BatchResource } from '../../../domain/batch-resource.ts';

const RUNNING: BatchResource = {
  id: 'b',
  name: null,
  mode: 'sequential',
  maxParallel: 1,
  tenant: 'default',
  run: 1,
  status: 'running',
  counts: { total: 10, pending: 4, running: 1, completed: 2, failed: 2, cancelled: 1 },
  percent: 50,
  ratePerSecond: null,
  etaSeconds: null,
  acceptedAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:01.000Z',
  completedAt: null,
  failures: [],
  callback: { status: 'none', url: null, attempts: [] },
};

it.each<[Partial<BatchResource>, string, string]>([
  [{}, 'it waits for its items, which run one after the other: 1 are under way, 4 have not begun', RUNNING.startedAt],
  [{ status: 'paused' }, 'it is paused: 4 of its items do not begin before it is resumed, 1 go on', RUNNING.startedAt],
  [
    { status: 'partial', completedAt: '2026-01-01T00:00:09.000Z' },
    'it has ended: of 10 items 2 failed, and 1 were cancelled',
    '2026-01-01T00:00:09.000Z',
  ],
])('explains a batch with %j', (change, summary, since) => {
  expect(explainBatch({ ...RUNNING, ...change })).toMatchObject({ kind: 'batch', summary, since });
});
