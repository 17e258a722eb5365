import type { BatchItem } from '../../domain/batch-item.ts';
import type { BatchService } from '../batch-service.ts';
import type { CountedEvent, Metrics } from '../metrics.ts';

/** The service, but that the items of each batch that it accepts are counted; those of one that joins an earlier batch are not. */
export function countItems(batches: BatchService, metrics: Pick<Metrics, 'acceptedItems'>): BatchService {
  return {
    ...batches,
    async submit(upload) {
      const counts = new Map<string, { readonly of: CountedEvent; count: number }>();
      const submission = await batches.submit({ ...upload, items: noting(upload.items, note) });
      if (submission.kind === 'accepted') for (const { of, count } of counts.values()) metrics.acceptedItems(of, count);
      return submission;

      function note(item: BatchItem): void {
        if (item.kind !== 'event') return;
        const { tier, tenant, plan } = item.event;
        // Callers may name types as they like where one definition takes any of them.
        const type = plan.definition ?? item.event.type;
        const key = JSON.stringify([type, tier]);
        const known = counts.get(key) ?? { of: { type, tier, tenant }, count: 0 };
        counts.set(key, { ...known, count: known.count + 1 });
      }
    },
  };
}

async function* noting(items: AsyncIterable<BatchItem>, note: (item: BatchItem) => void): AsyncGenerator<BatchItem> {
  for await (const item of items) {
    note(item);
    yield item;
  }
}
