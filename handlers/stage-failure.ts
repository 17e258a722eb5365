import { cutText } from '../domain/cut-text.ts';
import type { StageFailure } from '../domain/event-error.ts';
import { PermanentError, RetryLaterError } from '../domain/handler-errors.ts';
import type { Stage } from '../domain/stage.ts';
import { Stopped } from './stopped.ts';
import { StrayError } from './stray-error.ts';
import { UnknownTypeError } from './unknown-type.ts';
import { StageTimeoutError } from './with-timeout.ts';

interface FailedAttempt {
  readonly stage: Stage;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

// Messages reach callers, and one that quotes a page or a stack would fill the history.
export const MAX_MESSAGE_CHARACTERS = 1_000;
const MAX_CODE_CHARACTERS = 64;
const MAX_STACK_CHARACTERS = 4_000;
const MAX_CAUSES = 3;

/**
 * Translates whatever a handler or what surrounds it threw, the only place that does.
 * @param textOf what is said of it
 */
export function toStageFailure(
  error: unknown,
  { stage, startedAtMs, endedAtMs }: FailedAttempt,
  textOf: (error: unknown) => string = messageOf,
): StageFailure {
  const retryable = !(error instanceof PermanentError);
  return {
    error: { code: codeOf(error), message: textOf(error), stage, retryable },
    retryable,
    retryAfterMs: retryAfterMsOf(error),
    // Neither says anything about the handler, so that it doesn't use up an attempt.
    lost: error instanceof Stopped || error instanceof UnknownTypeError,
    startedAtMs,
    endedAtMs,
  };
}

function codeOf(error: unknown): string {
  if (error instanceof PermanentError) return toCode(error.code);
  if (error instanceof Stopped) return 'worker_lost';
  if (error instanceof StageTimeoutError) return 'timeout';
  if (error instanceof UnknownTypeError) return error.code;
  if (error instanceof StrayError) return 'crashed';
  return error instanceof RetryLaterError ? 'retry_later' : 'handler_failed';
}

function retryAfterMsOf(error: unknown): number | null {
  if (error instanceof UnknownTypeError) return error.retryAfterMs;
  // What isn't a number, as of a date that couldn't be read, asks for nothing.
  return error instanceof RetryLaterError && !Number.isNaN(error.afterMs) ? Math.max(0, error.afterMs) : null;
}

/** A code is indexed and grouped by, so a handler's own is cut to what can be. */
function toCode(given: unknown): string {
  if (typeof given !== 'string') return 'handler_failed';
  return given.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, MAX_CODE_CHARACTERS) || 'handler_failed';
}

/** Where an error came from, as plain data. */
export interface ErrorTrace {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause: ErrorTrace | null;
}

/** Null for what isn't an error. Without what would fill the history: long texts, and causes without end. */
export function traceOf(error: unknown, causes = MAX_CAUSES): ErrorTrace | null {
  if (!(error instanceof Error) || causes === 0) return null;
  const { name, stack, cause } = error;
  return { name, message: messageOf(error), stack: cutText(stack ?? '', MAX_STACK_CHARACTERS), cause: traceOf(cause, causes - 1) };
}

/** What an error itself says, or what was thrown as a text. */
export function messageOf(error: unknown, maxCharacters = MAX_MESSAGE_CHARACTERS): string {
  try {
    return cutText(String(error instanceof Error ? error.message : error), maxCharacters);
  } catch {
    // Object.create(null), for one, can't be made a string.
    return 'a value without a text was thrown';
  }
}
