import { NO_FAILURES } from '../domain/attempt.ts';
import type { Activities } from '../domain/activities.ts';
import { acceptRun } from '../domain/event-run.ts';
import { toOutcome } from '../domain/group-run.ts';
import { attemptStages } from './attempt-stages.ts';
import type { RunGroupDependencies } from './run-group.ts';

/**
 * Runs the stages of an event, until it is complete or an attempt has failed; then makes the first attempt of its callback,
 * if it is complete. Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunEvent({ runStage, rideCallback, now }: RunGroupDependencies): Activities['runEvent'] {
  return async ({ event, workflow }) => {
    const begun = await attemptStages({ runStage, now }, { run: acceptRun(event), made: NO_FAILURES }, workflow);
    const isRiding = event.callback !== null && begun.run.phase.status === 'completed';
    return toOutcome(begun, isRiding ? await rideCallback({ run: begun.run, workflow }) : undefined);
  };
}
