import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../domain/batch.ts';
import { createBatch } from '../../../domain/batch.ts';
import { endUnit, startUnit } from '../../../domain/batch-units.ts';
import { cancelItem, pauseBatch } from '../../../domain/steer-batch.ts';
import type { BatchTimes } from '../../../domain/batch-resource.ts';
import { endedCount, toBatchResource, toPages } from '../../../domain/batch-resource.ts';
import { acceptedBatch } from './batch-samples.ts';
import { NOON_MS } from './event-samples.ts';

const accepted = acceptedBatch({ name: 'the night run', pages: [{ size: 8, kind: 's' }] });
const fresh = createBatch(accepted);
const unit = { page: 0, number: 0, kind: 's', offsets: [0, 1, 2, 3], parallel: 4 } as const;
const half = endUnit(startUnit(fresh, unit), { ...unit, marks: ['c', 'f', 'f', 'f'], causes: ['a', 'b', 'b'] });

function resourceOf(batch: Batch, times: Partial<BatchTimes> = {}) {
  const pace = [{ atMs: NOON_MS, ended: 0 }];
  return toBatchResource(accepted, { batch, startedAtMs: NOON_MS, pace }, { endedAtMs: null, nowMs: NOON_MS + 3_000, ...times });
}

describe('toBatchResource', () => {
  it('shows how far a batch is, at what pace, and when it will be done', () => {
    expect(resourceOf(half)).toEqual({
      id: 'night',
      name: 'the night run',
      mode: 'concurrent',
      maxParallel: 50,
      tenant: 'default',
      run: 1,
      status: 'running',
      counts: { total: 8, pending: 4, running: 0, completed: 1, failed: 3, cancelled: 0 },
      percent: 50,
      ratePerSecond: 1.3,
      etaSeconds: 3,
      acceptedAt: '2026-01-01T12:00:00.000Z',
      startedAt: '2026-01-01T12:00:00.000Z',
      completedAt: null,
      failures: [
        { cause: 'b', count: 2, example: 'night_2' },
        { cause: 'a', count: 1, example: 'night_1' },
      ],
      callback: { status: 'none', url: null, attempts: [] },
    });
  });

  it('knows no pace before any time has passed, and no end without a pace', () => {
    expect(resourceOf(fresh, { nowMs: NOON_MS })).toMatchObject({ percent: 0, ratePerSecond: null, etaSeconds: null });
    expect(resourceOf(fresh)).toMatchObject({ ratePerSecond: 0, etaSeconds: null });
  });

  it('expects no end of what is paused', () => {
    expect(resourceOf(pauseBatch(half))).toMatchObject({ status: 'paused', ratePerSecond: 1.3, etaSeconds: null });
  });

  it('of an ended batch shows its own pace, however long ago that was', () => {
    const rest = { ...unit, number: 1, offsets: [4, 5, 6, 7] };
    const ended = endUnit(startUnit(half, rest), { ...rest, marks: ['c', 'c', 'c', 'c'], causes: [] });

    expect(resourceOf(ended, { endedAtMs: NOON_MS + 4_000, nowMs: NOON_MS + 9_000_000 })).toMatchObject({
      status: 'partial',
      percent: 100,
      ratePerSecond: 2,
      etaSeconds: null,
      completedAt: '2026-01-01T12:00:04.000Z',
    });
  });

  it('says 100 percent only once the last item has ended', () => {
    const many = acceptedBatch({ pages: [{ size: 100_000, kind: 's' }] });
    const counts = { total: 100_000, pending: 0, running: 1, completed: 99_999, failed: 0, cancelled: 0 };

    expect(resourceOf({ ...createBatch(many), counts }).percent).toBe(99.9);
  });
});

describe('toPages', () => {
  it('shows the pages that are asked for, and how large all of them are', () => {
    const three = acceptedBatch({ pages: [2, 1, 3].map((size) => ({ size, kind: 's' })) });
    const batch = cancelItem(createBatch(three), 1, 0, NOON_MS);

    expect(toPages(three, batch, { from: 1, count: 1 })).toEqual({
      sizes: [2, 1, 3],
      pages: [batch.pages[1]],
      upload: three.upload,
      isPaused: false,
      cancelledAtMs: NOON_MS,
    });
  });

  it('counts no pages beyond the last', () => {
    expect(toPages(accepted, fresh, { from: 1, count: 10 }).pages).toEqual([]);
  });
});

describe('endedCount', () => {
  it('counts items whatever they ended as', () => {
    expect(endedCount({ total: 10, pending: 3, running: 1, completed: 3, failed: 2, cancelled: 1 })).toBe(6);
  });
});
