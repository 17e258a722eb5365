import type { AcceptedEvent } from './accepted-event.ts';
import type { CutAttempt, StageFailure } from './event-error.ts';
import type { EventRun, Progress, RunState } from './event-run.ts';
import { completeStage, endRun, keepProgress, markStarted, nextStage, wait } from './event-run.ts';
import { nextAttemptDelayMs } from './retry-policy.ts';
import type { FailedAttempts } from './retry-policy.ts';
import type { Stage } from './stage.ts';

/** A run, and how many attempts of the stage it is at have failed. */
export interface BegunRun {
  readonly run: EventRun;
  readonly made: FailedAttempts;
}

/** The same for whoever has its event already. */
export interface BegunState {
  readonly state: RunState;
  readonly made: FailedAttempts;
}

export const NO_FAILURES: FailedAttempts = { failed: 0, lost: 0 };

export function countFailure(made: FailedAttempts, { lost }: Pick<StageFailure, 'lost'>): FailedAttempts {
  return lost ? { ...made, lost: made.lost + 1 } : { ...made, failed: made.failed + 1 };
}

interface StageSuccess {
  readonly value: unknown;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly progress?: Progress;
}

export function recordStage(run: EventRun, stage: Stage, { value, startedAtMs, progress }: StageSuccess): EventRun {
  return keepProgress(completeStage(markStarted(run, startedAtMs), stage, value), progress);
}

/** What a stage came to; with the last of them the run is complete. */
export function recordSuccess(run: EventRun, stage: Stage, success: StageSuccess): EventRun {
  const after = recordStage(run, stage, success);
  return nextStage(after) === null ? endRun(after, { status: 'completed', endedAtMs: success.endedAtMs }) : after;
}

/** The run after an attempt that was cut short: it keeps when it started, and how far it was; null where nobody can say. */
export function recordCut(run: EventRun, cut: CutAttempt | null): EventRun {
  return cut === null ? run : keepProgress(markStarted(run, cut.startedAtMs), cut.progress);
}

// An event must end some day, and say so: well before the engine ends it by its run timeout.
const MAX_RUN_MS = 13 * 24 * 3_600_000;

/** No attempt of an event is begun later. */
export function latestAttemptMs({ acceptedAtMs, delayMs }: AcceptedEvent): number {
  return acceptedAtMs + delayMs + MAX_RUN_MS;
}

/**
 * The run after a failed attempt: it waits for the next one, or has failed for good.
 * @param nowMs when the failure was heard of
 * @param latestMs when the next attempt may begin at the latest; whoever goes on with the run sees to it by default
 */
export function recordFailure(
  run: EventRun,
  stage: Stage,
  before: FailedAttempts,
  failure: StageFailure,
  nowMs: number,
  latestMs = Number.POSITIVE_INFINITY,
): BegunRun {
  const started = keepProgress(markStarted(run, failure.startedAtMs ?? nowMs), failure.progress);
  const made = countFailure(before, failure);
  const delayMs = nextAttemptDelayMs(run.event.plan.retry, made, failure);
  const after =
    delayMs === null || nowMs + delayMs > latestMs
      ? endRun(started, { status: 'failed', endedAtMs: Math.max(nowMs, failure.endedAtMs ?? 0), error: failure.error })
      : wait(started, stage, { reason: 'retry', untilMs: nowMs + delayMs, lastError: failure.error });
  return { run: after, made };
}
