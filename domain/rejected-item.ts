import type { Rejection } from './accepted-batch.ts';
import type { ItemRun } from './batch-work.ts';
import type { EventError } from './event-error.ts';
import { failureCause } from './failure-cause.ts';

/** A line that is no valid event ends as a failed item. */
export function rejectedRun(rejection: Rejection): ItemRun {
  const { atMs } = rejection;
  const error = rejectedError(rejection);
  return { phase: { status: 'failed', endedAtMs: atMs, error }, startedAtMs: atMs, attempts: {}, results: {}, progress: null };
}

export function rejectedCause(rejection: Rejection): string {
  return failureCause(rejection.type ?? 'unknown', rejectedError(rejection));
}

function rejectedError({ errors }: Rejection): EventError {
  const message = errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join('; ');
  return { code: 'invalid_event', message: message.slice(0, MAX_MESSAGE_CHARACTERS), stage: null, retryable: false };
}

const MAX_MESSAGE_CHARACTERS = 1_000;
