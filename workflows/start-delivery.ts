import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { deliveryStart } from '../temporal/durable/delivery-start.ts';
import { suspendedAt } from '../domain/delivery-input.ts';
import type { DeliveryInput } from '../domain/delivery-input.ts';
import { deliverCallback } from './deliver-callback.ts';
import { parkedAttributes } from './parked-attributes.ts';

/**
 * Hands a callback over to its own workflow, which outlives this one, also one that was cancelled. Awaited, since a child
 * whose parent completes in the same task is never started.
 */
export async function startDelivery(input: DeliveryInput): Promise<void> {
  const origin = suspendedAt(input);
  try {
    await CancellationScope.nonCancellable(() =>
      startChild(deliverCallback, {
        ...deliveryStart(input),
        parentClosePolicy: ParentClosePolicy.ABANDON,
        ...(origin !== undefined && { searchAttributes: parkedAttributes(input.target.tenant, origin) }),
      }),
    );
  } catch (error) {
    // A run that was reset comes here a second time; its delivery is under way.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
