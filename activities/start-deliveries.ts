import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { deliveryWorkflowId } from '../domain/event-id.ts';
import { mapAtMost } from '../domain/map-at-most.ts';

const AT_ONCE = 10;

/**
 * Starts the deliveries of those who can't be the parents of so many: a workflow hears of the end of each of its children.
 * Safe to run twice, as a delivery's workflow is started once.
 */
export function createStartDeliveries(client: Client) {
  return async function startDeliveries({ deliveries }: { readonly deliveries: readonly DeliveryInput[] }): Promise<void> {
    await mapAtMost(deliveries, AT_ONCE, (delivery) => startDelivery(client, delivery));
  };
}

async function startDelivery(client: Client, delivery: DeliveryInput): Promise<void> {
  try {
    await client.workflow.start('deliverCallback', {
      workflowId: deliveryWorkflowId(delivery.target),
      taskQueue: TASK_QUEUES.heavy,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [delivery],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
