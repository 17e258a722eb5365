import { dueAtMs } from './accepted-event.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import type { StageFailure } from './event-error.ts';
import type { EventRun, KeptProgress } from './event-run.ts';
import { completeStage, endRun, endStages, keepProgress, markStarted, nextStage, wait } from './event-run.ts';
import { countFailure, nextAttemptDelayMs } from './retry-policy.ts';
import type { Stage } from './stage.ts';

interface StageSuccess {
  readonly value: unknown;
  readonly endedAtMs: number;
}

/** What a stage came to; with the last of them the run is complete. */
export function recordSuccess(run: EventRun, stage: Stage, { value, endedAtMs }: StageSuccess): EventRun {
  const after = completeStage(run, stage, value);
  return nextStage(after) === null ? endStages(after, endedAtMs) : after;
}

// An event must end some day, and say so: well before the engine ends it by its run timeout. The clocks of who accepted it and
// of who runs it may differ by as much as lies between the two.
const MAX_RUN_MS = 13 * 24 * 3_600_000;

/** No attempt of an event is begun later. */
export function latestAttemptMs(event: AcceptedEvent): number {
  return dueAtMs(event) + MAX_RUN_MS;
}

/**
 * The run after a failed attempt: it waits for the next one, or has failed for good.
 * @param nowMs when the failure was heard of
 * @param latestMs when the next attempt may begin at the latest
 */
export function recordFailure(
  run: EventRun,
  stage: Stage,
  failure: StageFailure & { readonly progress?: KeptProgress },
  nowMs: number,
  latestMs: number = latestAttemptMs(run.event),
): EventRun {
  const failures = countFailure(run.failures, failure);
  const started = { ...keepProgress(markStarted(run, failure.startedAtMs ?? nowMs), failure.progress), failures };
  const delayMs = nextAttemptDelayMs(run.event.plan.retry, failures, failure);
  return delayMs === null || nowMs + delayMs > latestMs
    ? endRun(started, { status: 'failed', endedAtMs: Math.max(nowMs, failure.endedAtMs ?? 0), error: failure.error })
    : wait(started, stage, { reason: 'retry', untilMs: nowMs + delayMs, forMs: delayMs, lastError: failure.error });
}
