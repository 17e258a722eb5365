import type { Delivery } from '../client/resource-types.ts';
import { table } from './render.ts';
import type { Paint } from './render.ts';

export function renderDeliveries(deliveries: readonly Delivery[], paint: Paint): string {
  const rows = deliveries.map(({ at, status, durationMs, reason, error }) => [
    at,
    status === null ? '–' : String(status),
    String(durationMs),
    reason,
    error ?? 'delivered',
  ]);
  return table(['AT', 'STATUS', 'MS', 'REASON', 'OUTCOME'], rows, paint);
}
