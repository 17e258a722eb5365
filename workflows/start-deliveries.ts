import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { deliveryStart } from '../temporal/durable/delivery-start.ts';
import { deliverCallback } from './deliver-callback.ts';
import { firstOf } from './portion.ts';
import { WATCHED } from './watched.ts';

/** For those who go on for long: a child each would tell its parent of its end, days later. */
export const { startDeliveries: startByActivity } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/**
 * Hands callbacks over to workflows of their own, which outlive this one, also one that was cancelled. Awaited, since a child whose
 * parent completes in the same task is never started. A single one is started by the engine alone: the queue of deliveries may
 * be full of receivers that hang, and nobody's end waits for these.
 */
export async function startDeliveries(deliveries: readonly DeliveryInput[]): Promise<void> {
  const [first] = deliveries;
  if (first !== undefined && deliveries.length === 1) return startAsChild(first);
  for (let rest = deliveries; rest.length > 0;) {
    const next = firstOf(rest);
    await startByActivity({ deliveries: next });
    rest = rest.slice(next.length);
  }
}

async function startAsChild(delivery: DeliveryInput): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(deliverCallback, { ...deliveryStart(delivery), parentClosePolicy: ParentClosePolicy.ABANDON }),
    );
  } catch (error) {
    // A run that was reset comes here a second time; its delivery is under way.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
