import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { firstThatFit } from '../domain/first-that-fit.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { IN_BACKGROUND } from './watched.ts';

const activities = proxyActivities<Activities>(IN_BACKGROUND);

// The activity is tried again by itself; what ends it for good is somebody's hand.
const START_AGAIN_MS = 10_000;

/** Starts as many as one activity takes; gives how many these were. Never rejects. */
export async function startFirstFollowUps(events: readonly AcceptedEvent[]): Promise<number> {
  const next = firstFollowUps(events);
  await startUntilDone(next);
  return next.length;
}

function firstFollowUps(events: readonly AcceptedEvent[]): readonly AcceptedEvent[] {
  return firstThatFit(events, (event) => JSON.stringify(event).length);
}

/**
 * Starts what handlers have emitted, once the outcome that says so is recorded: not local, since it is on record together with the
 * request to start them. Never rejects, also in a workflow that somebody cancels meanwhile.
 */
export async function startFollowUps(events: readonly AcceptedEvent[]): Promise<void> {
  for (let rest = events; rest.length > 0;) {
    rest = rest.slice(await startFirstFollowUps(rest));
  }
}

function startUntilDone(events: readonly AcceptedEvent[]): Promise<void> {
  return CancellationScope.nonCancellable(async () => {
    while (!(await isStarted(events))) await sleep(START_AGAIN_MS);
  });
}

function isStarted(events: readonly AcceptedEvent[]): Promise<boolean> {
  return activities.startFollowUps({ events }).then(
    () => true,
    () => false,
  );
}
