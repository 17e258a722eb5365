import type { Client } from '@temporalio/client';
import { NO_STATS } from '../../../domain/minute-stats.ts';
import { minuteOf } from '../../../domain/stats-day.ts';
import { statsWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import { tellMinutes } from '../../../temporal/stats.ts';
import type { Recorder } from '../recorder.ts';

/** Two processes that tell of a minute, one of them twice. It goes on. */
export async function recordStats({ saveOpen }: Recorder, client: Client): Promise<void> {
  const minutes = [{ minute: minuteOf(Date.now()) - 1, ...NO_STATS, accepted: 3, completed: 2, latencies: { normal: { 20: 2 } } }];
  for (const process of ['one', 'two', 'one']) await tellMinutes(client, 'told', { process, minutes });
  await saveOpen('keep-stats', statsWorkflowId('told'));
}
