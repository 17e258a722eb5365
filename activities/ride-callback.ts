import { eventMessage, eventTarget } from '../domain/callback-message.ts';
import type { Ride, RideMessage } from '../domain/callback-message.ts';
import { initialCallback } from '../domain/callback-record.ts';
import { waitAgainMs } from '../domain/delivery.ts';
import { toEventResource } from '../domain/event-resource.ts';
import { mayRide, mustWait, RIDE_MS } from '../domain/riding.ts';
import { within } from '../domain/within.ts';
import type { AttemptDelivery } from './callback/attempt-delivery.ts';
import type { Destinations } from './callback/destinations.ts';
import type { HandedOver } from './callback/handed-over.ts';
import type { OriginMemory } from './callback/origin-memory.ts';
import { originOf } from './callback/origin-memory.ts';
import type { ObserveRun } from './run-stage.ts';

export interface RideCallbackDependencies {
  readonly attemptDelivery: AttemptDelivery;
  readonly origins: OriginMemory;
  readonly destinations: Destinations;
  readonly handedOver: HandedOver;
  readonly observe: ObserveRun;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Makes the first attempt of a light event's callback inside the event's workflow task, if the riding rule lets it. What
 * isn't answered in 1 s is handed over, not cut: it goes on here, and its delivery is told of the outcome. After a crash
 * it is made again with the same `webhook-id`. Where the destination is parked it says so, and its delivery begins parked.
 */
export function createRideCallback({ attemptDelivery, origins, destinations, handedOver, observe, random }: RideCallbackDependencies) {
  let riding = 0;
  return async function rideCallback({ run, workflow }: RideMessage): Promise<Ride> {
    const { callback, tenant } = run.event;
    if (callback === null) throw new Error(`there is no callback of event "${run.event.id}"`);
    // A receiver that reads the event before it answers sees how it ended, also if that was in the workflow.
    observe(run, workflow);
    const target = eventTarget(run.event, callback);
    const message = { target, message: eventMessage(toEventResource(run, initialCallback(callback.url), workflow)) };
    const origin = originOf(callback.url);
    const state = await destinations.stateOf({ tenant, origin });
    const aborting = new AbortController();
    if (state === 'parked') {
      return { kind: 'sent', ...(await attemptDelivery({ ...message, attemptsMade: 0, destination: state }, aborting.signal)) };
    }
    const isTroubled = state !== 'none' || origins.isTroubled(origin);
    const openAtOrigin = origins.openAt(origin);
    if (mustWait({ isTroubled, openAtOrigin }))
      return { kind: 'sent', attempt: null, nextAttemptAfterMs: waitAgainMs({ waitedMs: 0, isSlow: true, jitter: random() }) };
    if (!mayRide({ isTroubled, openAtOrigin, riding })) return { kind: 'declined' };

    riding += 1;
    try {
      const attempting = attemptDelivery({ ...message, attemptsMade: 0, destination: 'well' }, aborting.signal);
      const outcome = await within(attempting, RIDE_MS);
      if (outcome !== null) return { kind: 'sent', ...outcome };
      handedOver.keep(target, attempting, aborting);
      return { kind: 'handed_over' };
    } finally {
      riding -= 1;
    }
  };
}
