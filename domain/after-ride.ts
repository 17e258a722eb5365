import { DECLINED } from './callback-message.ts';
import type { Ride } from './callback-message.ts';
import { initialCallback, recordAttempt } from './callback-record.ts';
import type { CallbackRecord } from './callback-record.ts';
import { beginAfter, FROM_THE_BEGINNING } from './delivery-input.ts';
import type { DeliveryInput } from './delivery-input.ts';

export interface AfterRide {
  readonly record: CallbackRecord;
  /** How a workflow of its own goes on with the delivery; null where there is nothing left to do. */
  readonly delivery: Omit<DeliveryInput, 'target' | 'message'> | null;
}

/** What is known of a callback once its first attempt has ridden along, or hasn't. */
export function afterRide(record: CallbackRecord, ride: Ride): AfterRide {
  if (ride.kind === 'declined') return { record, delivery: FROM_THE_BEGINNING };
  if (ride.kind === 'handed_over') {
    return { record, delivery: { begin: { kind: 'awaiting-report', sender: ride.sender }, attempts: record.attempts } };
  }
  const next = { ...recordAttempt(record, ride), ...(ride.nextAttemptAt !== undefined && { nextAttemptAt: ride.nextAttemptAt }) };
  const begin = ride.isStarted === true ? null : beginAfter(ride);
  return { record: next, delivery: begin && { begin, attempts: next.attempts } };
}

/** The same of the first attempt, and where nobody says what became of it. */
export function afterFirstRide(url: string | null, ride: Ride = DECLINED): AfterRide {
  return afterRide(initialCallback(url), ride);
}
