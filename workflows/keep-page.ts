import { proxyLocalActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { PageInput } from '../temporal/durable/page-start.ts';

// With a part that is random, since all pages of a batch begin together.
const LOOK_EVERY_MS = { least: 5 * 3_600_000, spread: 2 * 3_600_000 } as const;

const { isBatchOpen } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '60s' },
});

/**
 * Keeps some items of a batch: they are its input. It stays open as long as the batch, since the engine forgets what has
 * been closed for the retention time. It is started with a delay, so that most pages cost no task before their batch ends.
 */
export async function keepPage({ batch }: PageInput): Promise<void> {
  const sinceMs = workflowInfo().startTime.getTime();
  while (await isBatchOpen({ ...batch, sinceMs })) await sleep(LOOK_EVERY_MS.least + Math.random() * LOOK_EVERY_MS.spread);
}
