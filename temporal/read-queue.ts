import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { monotonicMs } from '../runtime/monotonic.ts';
import { TASK_QUEUES } from './durable/names.ts';
import { readEngine } from './engine-call.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
// Pollers that went away are listed for 5 minutes; a live one asks anew at least once a minute.
const LIVE_WITHIN_MS = 90_000;
const READ_TIMEOUT_MS = 1_500;
// Many may ask why at once, and none of them minds an answer that is some seconds old.
const KEPT_MS = 2_000;

/** What the engine knows of those who take tasks from a queue. */
export interface QueueState {
  /** Whether any worker has asked for tasks of it lately; one that was killed counts for up to 90 s. */
  readonly isPolled: boolean;
  /** How long the first of its tasks has stood there, 0 where none does. */
  readonly oldestWaitsMs: number;
}

type Reading = Pick<QueueState, 'oldestWaitsMs'> & {
  /** When each poller was seen, by the engine's clock. */
  readonly seenMs: readonly number[];
};

/** By client and queue, what was read last. */
const readings = new WeakMap<Client, Map<string, { readonly atMs: number; readonly reading: Promise<Reading> }>>();

/**
 * Reads who takes the workflow tasks of a queue, or its activities where no workflow runs on it.
 * @param livingQueue one that somebody polls for sure, as this process does: what is seen of it is how late it is for the engine, whose
 *   clock may differ from ours
 */
export async function readQueue(client: Client, queue: string, livingQueue: string): Promise<QueueState> {
  const [{ seenMs, oldestWaitsMs }, living] = await Promise.all([
    read(client, queue),
    queue === livingQueue ? null : read(client, livingQueue),
  ]);
  const nowMs = Math.max(...seenMs, ...(living?.seenMs ?? []));
  return { isPolled: seenMs.some((atMs) => nowMs - atMs < LIVE_WITHIN_MS), oldestWaitsMs };
}

function read(client: Client, queue: string): Promise<Reading> {
  const ofClient = readings.get(client) ?? new Map<string, { readonly atMs: number; readonly reading: Promise<Reading> }>();
  readings.set(client, ofClient);
  const kept = ofClient.get(queue);
  if (kept !== undefined && monotonicMs() - kept.atMs < KEPT_MS) return kept.reading;
  const reading = ask(client, queue);
  ofClient.set(queue, { atMs: monotonicMs(), reading });
  // What couldn't be read now may be the next time.
  reading.catch(() => ofClient.delete(queue));
  return reading;
}

async function ask(client: Client, queue: string): Promise<Reading> {
  const { pollers, stats } = await readEngine(client, READ_TIMEOUT_MS, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: queue === TASK_QUEUES.delivery ? TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY : TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      reportPollers: true,
      reportStats: true,
    }),
  );
  const waits = Number(stats?.approximateBacklogCount ?? 0) > 0;
  return {
    seenMs: (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000),
    oldestWaitsMs: waits ? Number(stats?.approximateBacklogAge?.seconds ?? 0) * 1_000 : 0,
  };
}
