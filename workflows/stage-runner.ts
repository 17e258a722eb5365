import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { RunPlan } from '../domain/accepted-event.ts';
import type { Activities } from '../domain/activities.ts';

// The activity itself keeps the stage's timeout and says so in its failure; the engine's is for an activity that can't.
const GRACE_MS = 5_000;
// One attempt a call: the workflow counts and spaces the attempts, so that they are on record and can be cancelled between.
const ONE_ATTEMPT = { maximumAttempts: 1 };
// A vanished worker is noticed after this time; a handler that blocks its process for longer is taken for one.
const HEARTBEAT_TIMEOUT_MS = 10_000;

/** How this event's stages are called: light ones inside the workflow task, heavy ones as activities with heartbeats. */
export function stageRunner(plan: RunPlan): Activities['runStage'] {
  return (input) => {
    const startToCloseTimeout = plan.timeoutsMs[input.stage] + GRACE_MS;
    if (plan.weight === 'light') return proxyLocalActivities<Activities>({ startToCloseTimeout, retry: ONE_ATTEMPT }).runStage(input);
    return proxyActivities<Activities>({
      startToCloseTimeout,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      retry: ONE_ATTEMPT,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: `${input.stage} of ${input.run.event.type}`,
    }).runStage(input);
  };
}
