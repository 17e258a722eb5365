import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { Tick } from '../domain/tick.ts';
import { WATCHED } from './watched.ts';

const { sendTicks } = proxyActivities<Activities>({
  ...WATCHED,
  // A process that is held up for a while ends no round.
  heartbeatTimeout: '30s',
  startToCloseTimeout: '10 minutes',
  // The schedule comes round again.
  retry: { maximumAttempts: 1 },
});

/** One round of a schedule: a tick for each subject of a type. */
export async function tickSubjects(tick: Tick): Promise<void> {
  await sendTicks(tick);
}
