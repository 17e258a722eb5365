import type { DeliveryInput } from '../../domain/delivery-input.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { StartDelivery } from './start-delivery.ts';

const AT_ONCE = 10;

/**
 * Starts the deliveries of those who can't be the parents of so many: a workflow hears of the end of each of its children.
 * Safe to run twice, as a delivery's workflow is started once.
 */
export function createStartDeliveries(startDelivery: StartDelivery) {
  return async function startDeliveries({ deliveries }: { readonly deliveries: readonly DeliveryInput[] }): Promise<void> {
    await mapAtMost(deliveries, AT_ONCE, startDelivery);
  };
}
