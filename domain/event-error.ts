import type { Stage } from './stage.ts';

/** Why an event failed, or why its last attempt did. */
export interface EventError {
  /** Stable: one of the service's codes, or what the handler gave to PermanentError. */
  readonly code: string;
  readonly message: string;
  readonly stage: Stage | null;
  readonly retryable: boolean;
}

/** What is known of a failed attempt of a stage; the times are unknown for one whose worker vanished. */
export interface StageFailure {
  readonly error: EventError;
  readonly retryable: boolean;
  /** What the handler asked for by RetryLaterError. */
  readonly retryAfterMs: number | null;
  /** The attempt ended because its worker shut down or vanished, whatever the handler did. */
  readonly lost: boolean;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
}
