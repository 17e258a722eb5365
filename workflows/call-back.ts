import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import { eventMessage, withoutLargeData } from '../domain/callback-message.ts';
import type { CallbackTarget, Ride } from '../domain/callback-message.ts';
import { recordAttempt } from '../domain/callback-record.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import { ownerId } from '../domain/event-id.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventRun } from '../domain/event-run.ts';
import { startDelivery } from './start-delivery.ts';

// It hands over after 1 s by itself; the rest is for a process that can't.
const { rideCallback } = proxyLocalActivities<Activities>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 1 } });

/**
 * Sends an ended event's callback, if it has one. A light event's first attempt rides in this workflow task; whatever is
 * left to do after it goes on in a workflow of its own, so that this one can end. Nothing rides for an event that records
 * first, nor for a cancelled one: whoever cancelled it waits for this very task.
 */
export async function callBack(run: EventRun, resource: EventResource): Promise<CallbackRecord> {
  const { tenant, run: number, callback, plan } = run.event;
  const record = resource.callback;
  if (callback === null) return record;
  const target: CallbackTarget = { kind: 'event', tenant, owner: ownerId(run.event), run: number, callback };
  let ride: Ride = { kind: 'declined' };
  if (!plan.recordFirst && resource.status !== 'cancelled') {
    try {
      ride = await rideCallback({ target, message: eventMessage(resource), ended: { run, workflow: resource.workflow } });
    } catch {
      // Nothing is known of an attempt that its process couldn't end. The event has its verdict whatever becomes of it.
    }
  }
  if (ride.kind === 'sent') {
    const next = recordAttempt(record, ride);
    if (ride.nextAttemptAfterMs !== null) {
      await startDelivery({
        target,
        message: eventMessage(withoutLargeData(resource)),
        attempts: next.attempts,
        firstAttemptAfterMs: ride.nextAttemptAfterMs,
        ...(ride.parkedAt !== undefined && { parkedAt: ride.parkedAt }),
      });
    }
    return next;
  }
  await startDelivery({
    target,
    message: eventMessage(withoutLargeData(resource)),
    ...(ride.kind === 'handed_over' && { handedOver: true }),
  });
  return record;
}
