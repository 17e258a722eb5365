import type { Ride } from './callback-message.ts';
import { recordAttempt } from './callback-record.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { DeliveryInput } from './delivery-input.ts';

export interface AfterRide {
  readonly record: CallbackRecord;
  /** How a workflow of its own goes on with the delivery; null where there is nothing left to do. */
  readonly delivery: Omit<DeliveryInput, 'target' | 'message'> | null;
}

/** What is known of a callback once its first attempt has ridden along, or hasn't. */
export function afterRide(record: CallbackRecord, ride: Ride): AfterRide {
  if (ride.kind === 'declined') return { record, delivery: {} };
  if (ride.kind === 'handed_over') return { record, delivery: { sender: ride.sender } };
  const next = { ...recordAttempt(record, ride), ...(ride.nextAttemptAt !== undefined && { nextAttemptAt: ride.nextAttemptAt }) };
  if (ride.nextAttemptAfterMs === null || ride.isStarted === true) return { record: next, delivery: null };
  return {
    record: next,
    delivery: {
      attempts: next.attempts,
      firstAttemptAfterMs: ride.nextAttemptAfterMs,
      ...(ride.parkedAt !== undefined && { parkedAt: ride.parkedAt }),
    },
  };
}
