import { describe, expect, it } from 'vitest';
import { explainItem } from '../../../../api/batches/explain-item.ts';
import type { PendingItem } from '../../../../api/batches/explain-item.ts';
import { createBatch } from '../../../../domain/batch.ts';
import { pauseBatch } from '../../../../domain/steer-batch.ts';
import { toBatchResource } from '../../../../domain/batch-resource.ts';
import { acceptedBatch, eventItem } from '../../domain/batch-samples.ts';
import { NOON_MS } from '../../domain/event-samples.ts';

const accepted = acceptedBatch();
const batch = createBatch(accepted);
const begun = { startedAtMs: NOON_MS, pace: [{ atMs: NOON_MS, ended: 0 }] };
const times = { endedAtMs: null, nowMs: NOON_MS + 1_000 };
const running = toBatchResource(accepted, { ...begun, batch }, times);
const paused = toBatchResource(accepted, { ...begun, batch: pauseBatch(batch) }, times);

function explain(fields: Partial<PendingItem>) {
  const key = { tenant: 'default', id: 'night', index: 3 };
  return explainItem({ key, item: eventItem(), kinds: 's', offset: 3, position: 4, batch: running, nowMs: NOON_MS, ...fields });
}

describe('explainItem', () => {
  it('says whose turn it waits for, at which place and how long at this pace', () => {
    expect(explain({ batch: { ...running, ratePerSecond: 2 } })).toEqual({
      id: 'night_3',
      status: 'accepted',
      reason: 'permit',
      summary: 'It waits for one of the 50 places of its batch "night", at position 4 of those that wait; 0 run.',
      since: '2026-01-01T12:00:00.000Z',
      details: { key: 'night', position: 4, etaMs: 2_000 },
    });
    expect(explain({}).details.etaMs).toBeNull();
  });

  it('says that its batch is paused, also where it is delayed', () => {
    expect(explain({ batch: paused, item: eventItem({ delayMs: 10 }) })).toMatchObject({
      reason: 'paused',
      summary: 'Its batch "night" is paused; it is at position 4 of those that wait.',
    });
  });

  it('says until when it was asked to wait', () => {
    for (const kinds of [null, 'sssd']) {
      expect(explain({ item: eventItem({ delayMs: 10_000 }), kinds, nowMs: NOON_MS + 4_000 })).toMatchObject({
        reason: 'delay',
        details: { nextAttemptAt: '2026-01-01T12:00:10.000Z', etaMs: 6_000 },
      });
    }
  });

  it('believes its batch, not the clock, whether it still waits, and promises no longer wait than was asked for', () => {
    const item = eventItem({ delayMs: 10_000 });
    expect(explain({ item, kinds: 'ssss', nowMs: NOON_MS - 3_600_000 }).reason).toBe('permit');
    expect(explain({ item, kinds: 'sssd', nowMs: NOON_MS - 3_600_000 })).toMatchObject({ reason: 'delay', details: { etaMs: 10_000 } });
    expect(explain({ item, kinds: 'sssd', nowMs: NOON_MS + 3_600_000 })).toMatchObject({ reason: 'delay', details: { etaMs: 0 } });
  });
});
