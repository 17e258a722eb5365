import { NO_FAILURES, recordFailure, recordSuccess } from '../domain/attempt.ts';
import type { BegunRun } from '../domain/attempt.ts';
import type { RunStageInput, StageOutcome } from '../domain/activities.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { beginAttempt, isEnded, nextStage } from '../domain/event-run.ts';
import type { Surroundings } from './surroundings.ts';
import { stageFailureOf } from './to-failure.ts';

export interface AttemptStagesDependencies {
  /** One attempt of a stage. */
  readonly runStage: (input: RunStageInput, surroundings: Surroundings) => Promise<StageOutcome>;
  readonly now: () => number;
}

/** Goes through the stages of an event in one call, until an attempt has failed or all are done. */
export async function attemptStages(
  { runStage, now }: AttemptStagesDependencies,
  begun: BegunRun,
  workflow: WorkflowReference,
  surroundings: Surroundings,
): Promise<BegunRun> {
  let { run, made } = begun;
  for (let stage = nextStage(run); stage !== null && !isEnded(run.phase); stage = nextStage(run)) {
    run = beginAttempt(run, stage);
    try {
      run = recordSuccess(run, stage, await runStage({ run, stage, workflow }, surroundings));
      made = NO_FAILURES;
    } catch (error) {
      return recordFailure(run, stage, made, stageFailureOf(error), now());
    }
  }
  return { run, made };
}
