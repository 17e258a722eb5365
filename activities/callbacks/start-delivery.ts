import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { startDelayMs } from '../../domain/delivery-input.ts';
import type { AnyDeliveryInput } from '../../domain/delivery-input.ts';
import { deliveryStart } from '../../temporal/durable/delivery-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';

export type StartDelivery = (delivery: AnyDeliveryInput) => Promise<void>;

/**
 * Starts a delivery from outside of workflows. One that begins with a wait has no task before that is over, and no upsert
 * to be found by while it is parked. Safe to call twice, as a delivery's workflow is started once.
 */
export function createStartDelivery(client: Client): StartDelivery {
  return async (delivery) => {
    const delayMs = startDelayMs(delivery);
    try {
      await client.workflow.start(WORKFLOWS.deliverCallback, {
        ...deliveryStart(delivery),
        ...(delayMs !== null && { startDelay: delayMs }),
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
}
