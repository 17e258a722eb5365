import type { AlertWatch } from '../../domain/alert-watch.ts';
import { TASK_QUEUES } from './names.ts';
import { ALERTS_WORKFLOW_ID } from './workflow-ids.ts';

export interface WatchAlertsInput {
  /** Absent where nothing has been told yet. */
  readonly watch?: AlertWatch;
}

/** How the workflow that sends alerts is started, by whoever tells first. Every process takes from its queue: it may have to tell that no worker does. */
export function alertsStart() {
  const args: [WatchAlertsInput] = [{}];
  return {
    workflowId: ALERTS_WORKFLOW_ID,
    taskQueue: TASK_QUEUES.light,
    args,
    // A task has a first attempt in it; one that is given out again beside itself would tell twice.
    workflowTaskTimeout: '5s',
    staticSummary: 'alerts',
  } as const;
}
