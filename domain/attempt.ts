import { dueAtMs } from './accepted-event.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import type { EventError, StageFailure } from './event-error.ts';
import type { EventRun, KeptProgress } from './event-run.ts';
import { completeStage, endRun, endStages, keepProgress, markStarted, nextStage, retryOf, wait } from './event-run.ts';
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

/**
 * How long an attempt that begins now may take, in milliseconds: no longer than its stage's timeout, nor than what is left of the time for
 * all attempts; 0 or less where nothing is.
 */
export function attemptTimeoutMs(run: Pick<EventRun, 'event' | 'startedAtMs'>, stage: Stage, nowMs: number): number {
  return Math.min(run.event.plan.timeoutsMs[stage] ?? 0, totalLeftMs(run, nowMs));
}

/**
 * Of the time for all attempts, which begins with the run's first start. Both times are read from clocks of processes for handlers: what
 * those of two machines differ by is more or less of it.
 */
function totalLeftMs({ event, startedAtMs }: Pick<EventRun, 'event' | 'startedAtMs'>, nowMs: number): number {
  return (event.plan.timeoutsMs['total'] ?? Infinity) + (startedAtMs ?? nowMs) - nowMs;
}

/** That the time for all attempts is over. @param last why the last one failed, where the run doesn't wait after it */
function timeUp(run: EventRun, last: EventError): EventError {
  const { message } = retryOf(run)?.lastError ?? last;
  return { ...last, code: 'timeout', message: `not done within ${run.event.plan.timeoutsMs['total']} ms in all: ${message}` };
}

/** No attempt of an event is begun later. */
export function latestAttemptMs(event: AcceptedEvent): number {
  return dueAtMs(event) + MAX_RUN_MS;
}

/**
 * The run after a failed attempt: it waits for the next one, or has failed for good, as it has where the next one would begin after the
 * time for all attempts.
 * @param nowMs when the failure was heard of
 * @param latestMs when the next attempt may begin at the latest
 */
export function recordFailure(
  run: EventRun,
  stage: Stage,
  failure: StageFailure & { readonly progress?: KeptProgress; readonly isTimeUp?: boolean },
  nowMs: number,
  latestMs: number = latestAttemptMs(run.event),
): EventRun {
  const failures = countFailure(run.failures, failure);
  const started = { ...keepProgress(markStarted(run, failure.startedAtMs ?? nowMs), failure.progress), failures };
  const delayMs = nextAttemptDelayMs(run.event.plan.retry, failures, failure);
  const isTimeUp = failure.isTimeUp === true || (delayMs !== null && totalLeftMs(started, nowMs) <= delayMs);
  return delayMs === null || isTimeUp || nowMs + delayMs > latestMs
    ? endRun(started, {
        status: 'failed',
        endedAtMs: Math.max(nowMs, failure.endedAtMs ?? 0),
        error: isTimeUp ? timeUp(run, failure.error) : failure.error,
      })
    : wait(started, stage, { reason: 'retry', untilMs: nowMs + delayMs, forMs: delayMs, lastError: failure.error });
}
