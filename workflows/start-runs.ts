import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';
import type { EventRun } from '../domain/event-run.ts';
import { firstThatFit } from '../domain/first-that-fit.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { IN_BACKGROUND } from './watched.ts';

const activities = proxyActivities<Pick<Activities, 'startRuns'>>(IN_BACKGROUND);

// The activity is tried again by itself; what ends it for good is somebody's hand.
const START_AGAIN_MS = 10_000;

/**
 * Has runs that are done with here go on for their handlers, each as a chunk of its own. By an activity: a child would tell its parent of
 * its end, with all that its handlers have come to. Never rejects, also in a workflow that somebody cancels meanwhile.
 */
export async function startRuns(runs: readonly EventRun[]): Promise<void> {
  for (let rest = runs; rest.length > 0;) rest = rest.slice(await startFirstRuns(rest));
}

/** The same of as many as one activity takes; gives how many these were. */
export async function startFirstRuns(runs: readonly EventRun[]): Promise<number> {
  const next = firstThatFit(runs, (run) => JSON.stringify(run).length);
  await CancellationScope.nonCancellable(async () => {
    while (!(await areStarted(next))) await sleep(START_AGAIN_MS);
  });
  return next.length;
}

function areStarted(runs: readonly EventRun[]): Promise<boolean> {
  return activities.startRuns({ runs }).then(
    () => true,
    () => false,
  );
}
