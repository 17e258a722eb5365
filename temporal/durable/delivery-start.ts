import { suspendedAt } from '../../domain/delivery-input.ts';
import type { AnyDeliveryInput } from '../../domain/delivery-input.ts';
import { TASK_QUEUES } from './names.ts';
import { toSearchAttributes } from './search-attributes.ts';
import { deliveryWorkflowId } from './workflow-ids.ts';

/** How the workflow that goes on with a callback is started, by whoever does: once for each run of what it tells of. */
export function deliveryStart<Input extends AnyDeliveryInput>(input: Input) {
  const { target } = input;
  const origin = suspendedAt(input);
  return {
    workflowId: deliveryWorkflowId(target),
    taskQueue: TASK_QUEUES.heavy,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    // A process that is killed with its first task, as of one that an attempt was handed over to, holds it up for no longer.
    workflowTaskTimeout: '2s',
    // It is found by its destination while that is parked.
    typedSearchAttributes: toSearchAttributes({
      Kind: 'internal',
      Tenant: target.tenant,
      ...(origin !== undefined && { Destination: origin }),
      ...(input.replaces !== undefined && { Replaces: input.replaces }),
    }),
    staticSummary: `callback of ${target.owner}${target.run === 1 ? '' : `, run ${target.run}`}`,
    args: [input],
  } as const;
}
