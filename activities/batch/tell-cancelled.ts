import { calledBack } from '../../domain/batch-item.ts';
import type { Activities } from '../../temporal/durable/activities.ts';
import { acceptRun, endRun } from '../../domain/event-run.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import type { ReadPage } from './read-page.ts';

/** Has items called back that were cancelled before they began. Safe to run twice, as a delivery is started once. */
export function createTellCancelled(readPage: ReadPage, startDeliveries: Activities['startDeliveries']): Activities['tellCancelled'] {
  return async ({ page, items, atMs }) => {
    const { items: stored, runId } = await readPage(page);
    const deliveries = items.flatMap(({ offset, run }) => {
      const item = stored[offset];
      const event = item && calledBack(item);
      if (!event) return [];
      const ended = endRun(acceptRun({ ...event, run }), { status: 'cancelled', endedAtMs: atMs });
      return eventDelivery(ended, { id: page, runId }) ?? [];
    });
    await startDeliveries({ deliveries });
  };
}
