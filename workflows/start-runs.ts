import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { EventRun } from '../domain/event-run.ts';
import { firstThatFit } from '../domain/first-that-fit.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { IN_BACKGROUND } from './watched.ts';

const activities = proxyActivities<Pick<Activities, 'startRuns'>>(IN_BACKGROUND);

/**
 * Has runs that are done with here go on for their handlers, each as a chunk of its own. By an activity: a child would tell its parent of
 * its end, with all that its handlers have come to.
 */
export async function startRuns(runs: readonly EventRun[]): Promise<void> {
  for (let rest = runs; rest.length > 0;) {
    const next = firstThatFit(rest, (run) => JSON.stringify(run).length);
    await CancellationScope.nonCancellable(() => activities.startRuns({ runs: next }));
    rest = rest.slice(next.length);
  }
}
