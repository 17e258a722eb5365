import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import { afterRide } from '../domain/after-ride.ts';
import { DECLINED, eventMessage, eventTarget, withoutLargeData } from '../domain/callback-message.ts';
import type { Ride } from '../domain/callback-message.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventRun } from '../domain/event-run.ts';
import { startDelivery } from './start-delivery.ts';

// It hands over after 1 s by itself, or 3; the rest is for a process that can't.
const { rideCallback } = proxyLocalActivities<Activities>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 1 } });

/**
 * Sends an ended event's callback, if it has one. A light event's first attempt rides in this workflow task; whatever is
 * left to do after it goes on in a workflow of its own, so that this one can end. Nothing rides for an event that records
 * first, nor for a cancelled one: whoever cancelled it waits for this very task.
 * @param ridden the ride of one that is over already
 */
export async function callBack(run: EventRun, resource: EventResource, ridden?: Ride): Promise<CallbackRecord> {
  const { callback, plan } = run.event;
  if (callback === null) return resource.callback;
  const target = eventTarget(run.event, callback);
  let ride: Ride = ridden ?? DECLINED;
  if (ridden === undefined && !plan.recordFirst && resource.status !== 'cancelled') {
    try {
      ride = await rideCallback({ run, workflow: resource.workflow });
    } catch {
      // Nothing is known of an attempt that its process couldn't end. The event has its verdict whatever becomes of it.
    }
  }
  const { record, delivery } = afterRide(resource.callback, ride);
  if (delivery !== null) await startDelivery({ target, message: eventMessage(withoutLargeData(resource)), ...delivery });
  return record;
}
