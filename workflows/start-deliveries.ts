import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { WATCHED } from './watched.ts';

/** For those who have many at once: a child each would tell its parent of its end, days later. */
export const { startDeliveries } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

const STARTED_AT_ONCE = 50;
const STARTED_CHARACTERS = 256 * 1024;

/** Starts all of them, as many at a time as one activity takes. */
export async function startAll(deliveries: readonly DeliveryInput[]): Promise<void> {
  for (let rest = deliveries; rest.length > 0;) {
    const next = firstDeliveries(rest);
    await startDeliveries({ deliveries: next });
    rest = rest.slice(next.length);
  }
}

/** As many as one activity takes; at least one. */
export function firstDeliveries<Delivery extends Pick<DeliveryInput, 'message'>>(deliveries: readonly Delivery[]): readonly Delivery[] {
  let count = Math.min(deliveries.length, STARTED_AT_ONCE);
  while (count > 1 && charactersOf(deliveries.slice(0, count)) > STARTED_CHARACTERS) count = Math.ceil(count / 2);
  return deliveries.slice(0, count);
}

function charactersOf(deliveries: readonly Pick<DeliveryInput, 'message'>[]): number {
  return deliveries.reduce((sum, { message }) => sum + JSON.stringify(message).length, 0);
}
