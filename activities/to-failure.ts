import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Progress } from '../domain/event-run.ts';
import type { CutAttempt, StageFailure } from '../domain/event-error.ts';
import { PermanentError, RetryLaterError } from '../domain/handler-errors.ts';
import { PERMIT_LOST } from '../domain/permits.ts';
import type { Stage } from '../domain/stage.ts';
import { PermitLostError } from './permit-lost.ts';
import { UnknownTypeError } from './unknown-type.ts';
import { StageTimeoutError } from './with-timeout.ts';

interface FailedAttempt {
  readonly stage: Stage;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly progress: Progress | null;
}

// Messages reach callers, and one that quotes a page or a stack would fill the history.
const MAX_MESSAGE_CHARACTERS = 1_000;
const MAX_CODE_CHARACTERS = 64;
const MAX_STACK_CHARACTERS = 4_000;
const MAX_CAUSES = 3;

/**
 * Translates whatever a handler or the activity around it threw into Temporal's failures, the only place that does.
 * A cancellation stays one, and carries a CutAttempt; everything else carries a StageFailure, and the workflow decides whether to go on.
 */
export function toFailure(error: unknown, attempt: FailedAttempt): ApplicationFailure | CancelledFailure {
  const shutDown = error instanceof CancelledFailure && error.message === 'WORKER_SHUTDOWN';
  if (error instanceof CancelledFailure && !shutDown) return cutShort(error, attempt);
  const { code: given, retryable } = classify(error, shutDown);
  const code = toCode(given);
  const message = messageOf(error);
  const failure: StageFailure = {
    error: { code, message, stage: attempt.stage, retryable },
    retryable,
    retryAfterMs: retryAfterMsOf(error),
    // None of these says anything about the handler, so they don't use up its attempts.
    lost: shutDown || error instanceof PermitLostError || error instanceof UnknownTypeError,
    startedAtMs: attempt.startedAtMs,
    endedAtMs: attempt.endedAtMs,
    ...(attempt.progress !== null && { progress: attempt.progress }),
  };
  return ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: !retryable,
    details: [failure],
    ...(error instanceof Error && { cause: abridge(error, MAX_CAUSES) }),
  });
}

function cutShort({ message }: CancelledFailure, { startedAtMs, progress }: FailedAttempt): CancelledFailure {
  const cut: CutAttempt = { startedAtMs, progress };
  return new CancelledFailure(message, [cut]);
}

function retryAfterMsOf(error: unknown): number | null {
  if (error instanceof UnknownTypeError) return error.retryAfterMs;
  return error instanceof RetryLaterError ? Math.max(0, error.afterMs) : null;
}

/** A code is indexed and grouped by, so a handler's own is cut to what can be. */
function toCode(given: string): string {
  return given.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, MAX_CODE_CHARACTERS) || 'handler_failed';
}

/** Where an error came from, without what would fill the history: long texts, and causes without end. */
function abridge(error: Error, causes: number): Error {
  const { cause } = error;
  const abridged = new Error(messageOf(error), cause instanceof Error && causes > 1 ? { cause: abridge(cause, causes - 1) } : {});
  return Object.assign(abridged, { name: error.name, stack: cut(error.stack, MAX_STACK_CHARACTERS) });
}

function messageOf(error: unknown): string {
  try {
    return cut(error instanceof Error ? error.message : error, MAX_MESSAGE_CHARACTERS);
  } catch {
    // Object.create(null), for one, can't be made a string.
    return 'a value without a text was thrown';
  }
}

/** The engine refuses text with half a character in it, so what is left of one is replaced. */
function cut(text: unknown, maxCharacters: number): string {
  return Buffer.from(String(text).slice(0, maxCharacters)).toString();
}

function classify(error: unknown, shutDown: boolean): { readonly code: string; readonly retryable: boolean } {
  if (shutDown) return { code: 'worker_lost', retryable: true };
  if (error instanceof PermanentError) return { code: error.code, retryable: false };
  if (error instanceof StageTimeoutError) return { code: 'timeout', retryable: true };
  if (error instanceof UnknownTypeError) return { code: 'unknown_type', retryable: true };
  if (error instanceof PermitLostError) return { code: PERMIT_LOST, retryable: true };
  if (error instanceof RetryLaterError) return { code: 'retry_later', retryable: true };
  return { code: 'handler_failed', retryable: true };
}

/**
 * What a stage's failure carries, for whoever runs all stages of an event in one call: nobody can cancel that, so that any
 * other error comes of a shutdown or of a fault of ours, and is thrown again.
 */
export function stageFailureOf(error: unknown): StageFailure {
  if (error instanceof ApplicationFailure && error.details?.[0]) return error.details[0] as StageFailure;
  throw error;
}
