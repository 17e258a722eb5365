import type { Rejection } from './batch-item.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import type { RunState } from './event-run.ts';
import type { EventError } from './event-error.ts';
import { NO_FAILURES } from './retry-policy.ts';

/** A line that is no valid event ends as a failed item. */
export function rejectedRun(rejection: Rejection): RunState {
  const { atMs } = rejection;
  const error = rejectedError(rejection);
  return {
    phase: { status: 'failed', endedAtMs: atMs, error },
    startedAtMs: atMs,
    attempts: {},
    results: {},
    progress: null,
    failures: NO_FAILURES,
  };
}

/** As much of an event as a line has that is none; its id is the item's. */
export function rejectedEvent({ type, atMs, event }: Rejection, ids: Pick<AcceptedEvent, 'tenant' | 'id' | 'batchId'>): AcceptedEvent {
  if (event !== undefined) return event;
  return {
    ...ids,
    ownId: null,
    run: 1,
    type: type ?? 'unknown',
    source: null,
    subject: null,
    time: new Date(atMs).toISOString(),
    data: null,
    tier: 'normal',
    urgency: 0,
    acceptedAtMs: atMs,
    delayMs: 0,
    callback: null,
    plan: { weight: 'light', stages: [], retry: NEVER, timeoutsMs: {}, respondAfterRecord: true },
  };
}

const NEVER = { maxAttempts: 1, initialDelayMs: 0, factor: 1, maxDelayMs: 0 };

function rejectedError({ errors }: Rejection): EventError {
  const message = errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join('; ');
  return { code: 'invalid_event', message: message.slice(0, MAX_MESSAGE_CHARACTERS), stage: null, retryable: false };
}

const MAX_MESSAGE_CHARACTERS = 1_000;
