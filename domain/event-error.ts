import type { Progress } from './event-run.ts';
import type { Stage } from './stage.ts';

/** Why an event failed, or why its last attempt did. */
export interface EventError {
  /** Stable: one of the service's codes, or what the handler gave to PermanentError. */
  readonly code: string;
  readonly message: string;
  readonly stage: Stage | null;
  readonly retryable: boolean;
}

/** What an attempt that was cut short by a cancellation carries in the details of that. */
export interface CutAttempt {
  readonly startedAtMs: number;
  readonly progress: Progress | null;
}

/** What a failed attempt of a stage carries in the details of its Temporal failure; the times are unknown for a lost one. */
export interface StageFailure {
  readonly error: EventError;
  readonly retryable: boolean;
  /** What the handler asked for by RetryLaterError. */
  readonly retryAfterMs: number | null;
  /** The attempt ended because its worker shut down or vanished, whatever the handler did. */
  readonly lost: boolean;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** What its handler last said of it, if anything. */
  readonly progress?: Progress;
}
