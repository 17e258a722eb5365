import { eventMessage, eventTarget } from '../domain/callback-message.ts';
import type { Ride, RideMessage } from '../domain/callback-message.ts';
import { initialCallback } from '../domain/callback-record.ts';
import { toEventResource } from '../domain/event-resource.ts';
import type { ObserveRun } from './run-stage.ts';
import type { SendRiding } from './send-riding.ts';

export interface RideCallbackDependencies {
  readonly observe: ObserveRun;
  readonly sendRiding: SendRiding;
}

/**
 * Makes the first attempt of a light event's callback inside the workflow task that ran the event. After a crash it is made
 * again with the same `webhook-id`. Those of a group share its one task (`isShared`); their deliveries are started together.
 */
export function createRideCallback({ observe, sendRiding }: RideCallbackDependencies) {
  return async function rideCallback({ run, workflow }: RideMessage, isShared = false): Promise<Ride> {
    const { callback } = run.event;
    if (callback === null) throw new Error(`there is no callback of event "${run.event.id}"`);
    // A receiver that reads the event before it answers sees how it ended, also if that was in the workflow.
    observe(run, workflow);
    const message = eventMessage(toEventResource(run, initialCallback(callback.url), workflow));
    // An item's workflow is not named after it, and leaves no data on record.
    const owner = isShared || run.event.batchId ? null : workflow;
    return sendRiding({ target: eventTarget(run.event, callback), message }, { alone: !isShared, owner });
  };
}
