import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { WATCHED } from './watched.ts';

const { requestCancel } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/**
 * Has the engine mark this run as to be cancelled, without which it can't end as Canceled: the SDK makes any other
 * CancelledFailure a failure. Called only when no local activity runs
 * (a cancel request during one makes the engine refuse the task's result).
 */
export async function becomeCanceled(root: CancellationScope, workflow: WorkflowReference): Promise<void> {
  if (!root.consideredCancelled) await CancellationScope.nonCancellable(() => requestCancel(workflow));
}
