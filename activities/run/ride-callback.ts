import { eventMessage, eventTarget } from '../../domain/callback-message.ts';
import type { Ride } from '../../domain/callback-message.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { EventRun } from '../../domain/event-run.ts';
import type { SendRiding } from '../send-riding.ts';

/**
 * Makes the first attempt of an ended run's callback inside the workflow task that ran the event. After a crash it is made
 * again with the same `webhook-id`.
 * @param isAlone whether it holds up a task of its own; those of a chunk of several share its one task, and their deliveries are
 *   started together
 */
export function createRideCallback(sendRiding: SendRiding) {
  return async function rideCallback(run: EventRun, workflow: WorkflowReference, isAlone: boolean): Promise<Ride> {
    const { callback } = run.event;
    if (callback === null) throw new Error(`there is no callback of event "${run.event.id}"`);
    const message = eventMessage(toEventResource(run, initialCallback(callback.url), workflow));
    // An item's workflow is not named after it, and leaves no data on record.
    const owner = isAlone && !run.event.batchId ? workflow : null;
    return sendRiding({ target: eventTarget(run.event, callback), message }, { alone: isAlone, owner });
  };
}
