import { describe, expect, it } from 'vitest';
import { createBatch } from '../../../domain/batch.ts';
import { endUnit, startUnit } from '../../../domain/batch-units.ts';
import { nextStep } from '../../../domain/next-step.ts';
import { cancelBatch, pauseBatch, refusalToSteer, resumeBatch, retryFailed, steerBatch } from '../../../domain/steer-batch.ts';
import { NOON_MS } from './event-samples.ts';

const fresh = createBatch({ pages: [{ size: 2, kind: '3', calls: true }], mode: 'sequential', maxParallel: 1 });
const step = nextStep(fresh, NOON_MS);
if (step?.kind !== 'start') throw new Error('no unit is to be started');
const { unit } = step;
const running = startUnit(fresh, unit);
const failed = endUnit(running, { ...unit, marks: ['f'], causes: ['a'] });

describe('steerBatch', () => {
  it('does as the batch is told', () => {
    expect(steerBatch(running, { action: 'pause' }, NOON_MS)).toEqual(pauseBatch(running));
    expect(steerBatch(pauseBatch(running), { action: 'resume' }, NOON_MS)).toEqual(resumeBatch(running));
    expect(steerBatch(running, { action: 'cancel' }, NOON_MS)).toEqual(cancelBatch(running, NOON_MS));
    expect(steerBatch(failed, { action: 'retry-failed' }, NOON_MS)).toEqual(retryFailed(failed));
  });

  it('cancels an item alone, which is then to be called back', () => {
    expect(steerBatch(running, { action: 'cancel-item', page: 0, offset: 1 }, NOON_MS)).toMatchObject({
      counts: { pending: 0, running: 1, cancelled: 1 },
      cancelledAtMs: NOON_MS,
      untold: [{ page: 0, ranges: '1' }],
    });
  });
});

describe('refusalToSteer', () => {
  const over = cancelBatch(failed, NOON_MS);

  it('is none while there is something to steer', () => {
    expect(refusalToSteer(running, { action: 'pause' })).toBeNull();
    expect(refusalToSteer(running, { action: 'cancel-item', page: 0, offset: 1 })).toBeNull();
  });

  it('is that the batch has ended, except where what failed is to be retried', () => {
    expect(refusalToSteer(over, { action: 'cancel' })).toBe('already_ended');
    expect(refusalToSteer(over, { action: 'retry-failed' })).toBeNull();
  });

  it('is that an item has been started, or is none', () => {
    expect(refusalToSteer(running, { action: 'cancel-item', page: 0, offset: 0 })).toBe('not_cancellable');
    expect(refusalToSteer(running, { action: 'cancel-item', page: 1, offset: 0 })).toBe('not_cancellable');
  });
});
