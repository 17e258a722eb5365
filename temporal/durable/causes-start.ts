import { NO_CAUSES } from '../../domain/known-causes.ts';
import type { Causes } from '../../domain/known-causes.ts';
import { TASK_QUEUES } from './names.ts';
import { causesWorkflowId } from './workflow-ids.ts';

export interface KeepCausesInput {
  readonly causes: Causes;
}

/** How the workflow that keeps the causes of a tenant's dead letters is started, by whoever has found one first. */
export function causesStart(tenant: string) {
  const args: [KeepCausesInput] = [{ causes: NO_CAUSES }];
  return {
    workflowId: causesWorkflowId(tenant),
    taskQueue: TASK_QUEUES.heavy,
    args,
    workflowTaskTimeout: '2s',
    staticSummary: `causes of the dead letters of ${tenant}`,
  } as const;
}
