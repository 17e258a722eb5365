import { describe, expect, it } from 'vitest';
import { createTellCancelled } from '../../../../activities/batch/tell-cancelled.ts';
import type { DeliveryInput } from '../../../../domain/delivery-input.ts';
import { eventItem, rejectedItem } from '../../domain/batch-samples.ts';
import { acceptedEvent, NOON_MS } from '../../domain/event-samples.ts';

const callback = { url: 'https://example.org/hook', headers: {}, progress: false };

describe('tellCancelled', () => {
  it('starts the delivery of each item that is to be called back, and was cancelled', async () => {
    const started: DeliveryInput[] = [];
    const of = (index: number) => ({ id: `night_${index}`, batchId: 'night', callback });
    const items = [eventItem(of(0)), eventItem(), rejectedItem({ event: acceptedEvent(of(2)) }), rejectedItem(), eventItem(of(4))];
    const tellCancelled = createTellCancelled(
      () => Promise.resolve({ items, runId: 'run-page' }),
      async ({ deliveries }) => void started.push(...deliveries),
    );

    await tellCancelled({ page: 'page-1', items: [0, 1, 2, 3].map((offset) => ({ offset, run: 2 })), atMs: NOON_MS + 1_000 });

    expect(started).toMatchObject([
      {
        target: { kind: 'event', owner: 'night~batch.item.0', run: 2, callback },
        message: {
          type: 'event.cancelled',
          timestamp: '2026-01-01T12:00:01.000Z',
          data: { id: 'night_0', run: 2, status: 'cancelled', workflow: { id: 'page-1', runId: 'run-page' } },
        },
      },
      { target: { owner: 'night~batch.item.2' }, message: { type: 'event.cancelled' } },
    ]);
  });
});
