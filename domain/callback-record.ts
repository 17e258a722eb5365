import type { CallbackAttempt, DeliveryStatus } from './delivery.ts';
import { isDelivered } from './delivery.ts';

/** What is known of an event's callback. */
export interface CallbackRecord {
  readonly status: DeliveryStatus;
  readonly url: string | null;
  readonly attempts: readonly CallbackAttempt[];
}

/** What one attempt led to. */
export interface CallbackOutcome {
  readonly attempt: CallbackAttempt;
  /** Milliseconds until the next attempt is due; null when there is none, since it was delivered or has failed for good. */
  readonly nextAttemptAfterMs: number | null;
}

/** The callback's state before anything was sent. */
export function initialCallback(url: string | null): CallbackRecord {
  return { status: url === null ? 'none' : 'pending', url, attempts: [] };
}

export function recordAttempt(record: CallbackRecord, { attempt, nextAttemptAfterMs }: CallbackOutcome): CallbackRecord {
  return { ...record, status: statusAfter(attempt, nextAttemptAfterMs), attempts: [...record.attempts, attempt] };
}

function statusAfter(attempt: CallbackAttempt, nextAttemptAfterMs: number | null): DeliveryStatus {
  if (isDelivered(attempt)) return 'delivered';
  return nextAttemptAfterMs === null ? 'failed' : 'pending';
}
