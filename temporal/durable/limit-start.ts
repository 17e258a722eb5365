import type { PermitNeed } from '../../domain/accepted-event.ts';
import { createPermits } from '../../domain/permits.ts';
import { TASK_QUEUES } from './names.ts';
import { toSearchAttributes } from './search-attributes.ts';
import { limitWorkflowId } from './workflow-ids.ts';

/** How the workflow that grants a key's permits is started, by whoever needs one or sets its capacity first. */
export function limitStart({ key, capacity, reserved, longestWaitMs }: PermitNeed) {
  return {
    workflowId: limitWorkflowId(key),
    taskQueue: TASK_QUEUES.heavy,
    args: [{ key, permits: createPermits(capacity, reserved, longestWaitMs) }],
    // All who wait for this key wait for its task when its worker is killed.
    workflowTaskTimeout: '2s',
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal' }),
    staticSummary: `permits of ${key}`,
  } as const;
}
