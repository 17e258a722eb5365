import { CancellationScope, sleep } from '@temporalio/workflow';
import { toCleanup } from '../domain/cleanup.ts';
import type { Cleanup } from '../domain/cleanup.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { isEnded, retryOf } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { recordOutcome } from '../domain/run-outcome.ts';
import { TASK_QUEUES } from '../temporal/durable/names.ts';
import { advanceOnWorker } from './advance-chunk.ts';

/**
 * Has a cancelled event's `onCancel` called on a worker, as an activity, also a light event's: it may take long, and is on record when it
 * has ended. It is called again only where its worker vanished, or lacks its type. Nothing cancels it.
 * @param cleanup the run whose only stage it is
 */
export function cleanUp(cleanup: EventRun, workflow: WorkflowReference): Promise<Cleanup> {
  return CancellationScope.nonCancellable(async () => {
    let run = cleanup;
    while (!isEnded(run.phase)) {
      const forMs = retryOf(run)?.forMs ?? 0;
      if (forMs > 0) await sleep(forMs);
      run = recordOutcome(run, await advanceOnWorker({ run, workflow }, TASK_QUEUES.heavy));
    }
    return toCleanup(run);
  });
}
