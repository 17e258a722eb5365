import type { Client } from '@temporalio/client';
import { TASK_QUEUES } from '../../temporal/durable/names.ts';
import { readQueue } from '../../temporal/read-queue.ts';

export interface LackingWorker {
  readonly queue: string;
  /** What is lacking, and what helps. */
  readonly summary: string;
}

// A worker that is there takes a task at once, or within a moment where many come together.
const TAKEN_WITHIN_MS = 5_000;

/** The first of these queues that nobody takes from, as far as the engine knows; null where somebody does of each. */
export async function lackingWorker(client: Client, queues: readonly string[]): Promise<LackingWorker | null> {
  for (const queue of queues) {
    const { isPolled, oldestWaitsMs } = await readQueue(client, queue, TASK_QUEUES.light);
    if (!isPolled) {
      return {
        queue,
        summary: `No worker polls the queue "${queue}", so that nothing on it runs: start one (tickless worker, or worker/main.ts).`,
      };
    }
    if (oldestWaitsMs >= TAKEN_WITHIN_MS) {
      const seconds = Math.floor(oldestWaitsMs / 1_000);
      return {
        queue,
        summary: `No worker has taken from the queue "${queue}" for ${seconds} s: it was ended, or all workers are too busy.`,
      };
    }
  }
  return null;
}

/** All queues that nobody takes from. `reserved` has the same workers as `heavy`. */
export async function lackingWorkers(client: Client): Promise<readonly LackingWorker[]> {
  const { light, heavy, delivery } = TASK_QUEUES;
  const found = await Promise.all([light, heavy, delivery].map((queue) => lackingWorker(client, [queue])));
  return found.filter((lacking) => lacking !== null);
}
