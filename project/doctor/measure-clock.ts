import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { ClockState } from './check-clock.ts';
import { readQueue } from './read-queues.ts';

// Nobody puts tasks there.
const QUEUE = 'tickless-doctor';
// The engine refuses a poll of 2 s or less, and answers one with nothing a second before it is over.
const POLL_MS = 3_500;
const LOOK_EVERY_MS = 50;

/**
 * Compares clocks. No call of the engine tells its time, but it notes when somebody polls: so this polls an empty queue, and asks
 * when that was.
 * @param now this machine's clock
 * @throws Error where the engine doesn't tell
 */
export async function measureClock(client: Client, now: () => number): Promise<ClockState> {
  const identity = `tickless-doctor-${randomUUID()}`;
  const beforeMs = now();
  const polling = poll(client, identity);
  const over = new AbortController();
  // It ends by itself: a poll that is broken off may be a task that is lost.
  void polling.then(() => over.abort());
  try {
    while (!over.signal.aborted) {
      const { pollers } = await readQueue(client, { queue: QUEUE, kind: 'workflow' });
      const afterMs = now();
      const seen = pollers.find((poller) => poller.identity === identity);
      if (seen !== undefined) {
        return { aheadMs: Math.round(seen.seenMs - (beforeMs + afterMs) / 2), uncertaintyMs: Math.ceil((afterMs - beforeMs) / 2) };
      }
      await pause(LOOK_EVERY_MS);
    }
    throw new Error((await polling) ?? 'the engine does not note who polls');
  } finally {
    await polling;
  }
}

/** Why it failed; null where it didn't. */
async function poll(client: Client, identity: string): Promise<string | null> {
  try {
    await client.withDeadline(Date.now() + POLL_MS, () =>
      client.workflowService.pollWorkflowTaskQueue({ namespace: client.options.namespace, taskQueue: { name: QUEUE }, identity }),
    );
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
