import type { AnyDeliveryInput } from '../../domain/delivery-input.ts';
import { TASK_QUEUES } from './names.ts';
import { deliveryWorkflowId } from './workflow-ids.ts';

/** How the workflow that goes on with a callback is started, by whoever does: once for each run of what it tells of. */
export function deliveryStart<Input extends AnyDeliveryInput>(input: Input) {
  return {
    workflowId: deliveryWorkflowId(input.target),
    taskQueue: TASK_QUEUES.heavy,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    // A process that is killed with its first task, as of one that an attempt was handed over to, holds it up for no longer.
    workflowTaskTimeout: '2s',
    staticSummary: `callback of ${input.target.owner}${input.target.run === 1 ? '' : `, run ${input.target.run}`}`,
    args: [input],
  } as const;
}
