import { ActivityFailure, ApplicationFailure, CancelledFailure, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import type { CutAttempt, StageFailure } from '../domain/event-error.ts';
import type { Progress } from '../domain/event-run.ts';
import type { Stage } from '../domain/stage.ts';

/**
 * Reads what a stage's activity failed with: a local one's failure comes as it was thrown, an ordinary one's wrapped.
 * Anything but our own failures comes from the engine.
 */
export function toStageFailure(error: unknown, stage: Stage): StageFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof TemporalFailure)) throw error;
  if (cause instanceof ApplicationFailure && isStageFailure(cause.details?.[0])) return cause.details[0];
  const lost = cause instanceof TimeoutFailure && cause.timeoutType !== 'START_TO_CLOSE';
  return {
    error: {
      code: cause instanceof TimeoutFailure && !lost ? 'timeout' : 'worker_lost',
      message: lost ? 'the worker stopped reporting' : cause.message,
      stage,
      retryable: true,
    },
    retryable: true,
    retryAfterMs: null,
    lost,
    startedAtMs: null,
    endedAtMs: null,
    ...(cause instanceof TimeoutFailure && isProgress(cause.lastHeartbeatDetails) && { progress: cause.lastHeartbeatDetails }),
  };
}

/** Reads what a cancelled activity left; null where it never began, or its worker vanished. */
export function toCutAttempt(error: unknown): CutAttempt | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const detail: unknown = cause instanceof CancelledFailure ? cause.details[0] : null;
  return isCutAttempt(detail) ? detail : null;
}

function isCutAttempt(detail: unknown): detail is CutAttempt {
  return typeof detail === 'object' && detail !== null && 'startedAtMs' in detail && 'progress' in detail;
}

function isProgress(detail: unknown): detail is Progress {
  return typeof detail === 'object' && detail !== null && 'percent' in detail;
}

function isStageFailure(detail: unknown): detail is StageFailure {
  return typeof detail === 'object' && detail !== null && 'error' in detail && 'lost' in detail;
}
