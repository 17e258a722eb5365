import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import { TASK_QUEUES } from '../temporal/durable/names.ts';
import type { Tick } from '../domain/tick.ts';

const { sendTicks } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.delivery,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30s',
  // The schedule comes round again.
  retry: { maximumAttempts: 1 },
});

/** One round of a schedule: a tick for each subject of a type. */
export async function tickSubjects(tick: Tick): Promise<void> {
  await sendTicks(tick);
}
