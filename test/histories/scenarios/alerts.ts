import type { Client } from '@temporalio/client';
import { RESOLVED_AFTER_LOOKS, ALERT_RULES } from '../../../domain/alert.ts';
import { NO_COUNTS } from '../../../domain/alert-counts.ts';
import { tellLook } from '../../../temporal/alerts.ts';
import { ALERTS_WORKFLOW_ID } from '../../../temporal/durable/workflow-ids.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

/** Two processes that look: nobody takes from a queue, which is told of, at first in vain; and then it is over. It goes on. */
export async function recordAlerts({ saveOpen }: Recorder, client: Client): Promise<void> {
  await withReceiver(async (receiver) => {
    receiver.respond((_request, index) => (index === 0 ? 503 : 200));
    let number = 0;
    const look = async (process: string, unserved: readonly string[]): Promise<void> => {
      number += 1;
      const figures = { unserved, standing: null };
      await tellLook(client, { process, number, everyMs: 30_000, url: receiver.url, counts: NO_COUNTS, figures, absence: null });
    };
    for (let left = ALERT_RULES.TicklessQueueUnserved.looks; left > 0; left -= 1) await look('one', ['heavy']);
    await receiver.waitFor(({ length }) => length === 2);
    await look('other', []);
    for (let left = RESOLVED_AFTER_LOOKS; left > 0; left -= 1) await look('one', []);
    await receiver.waitFor(({ length }) => length === 3);
    await saveOpen('watch-alerts', ALERTS_WORKFLOW_ID);
  });
}
