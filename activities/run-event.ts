import { NO_FAILURES } from '../domain/attempt.ts';
import type { RunEventInput } from '../domain/activities.ts';
import { DECLINED } from '../domain/callback-message.ts';
import type { Ride, RideMessage } from '../domain/callback-message.ts';
import { acceptRun } from '../domain/event-run.ts';
import { toRunOutcome } from '../domain/run-outcome.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import { attemptStages } from './attempt-stages.ts';
import type { AttemptStagesDependencies } from './attempt-stages.ts';
import type { Surroundings } from './surroundings.ts';

export interface RunEventDependencies extends AttemptStagesDependencies {
  /** @param isShared the workflow task is that of others too */
  readonly rideCallback: (message: RideMessage, isShared?: boolean) => Promise<Ride>;
}

/**
 * Runs the stages of an event, until it is complete or an attempt has failed; then makes the first attempt of its callback,
 * if it is complete. Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunEvent({ runStage, rideCallback, now }: RunEventDependencies) {
  return async function runEvent({ event, workflow }: RunEventInput, surroundings: Surroundings): Promise<RunOutcome> {
    const begun = await attemptStages({ runStage, now }, { run: acceptRun(event), made: NO_FAILURES }, workflow, surroundings);
    const { run } = begun;
    if (event.callback === null || run.phase.status !== 'completed') return toRunOutcome(begun);
    // The event has its verdict whatever becomes of an attempt that its process couldn't end: a delivery makes it again.
    return toRunOutcome(begun, await rideCallback({ run, workflow }).catch(() => DECLINED));
  };
}
