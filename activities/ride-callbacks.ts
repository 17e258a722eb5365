import type { Activities, RideCallbacksInput } from '../temporal/durable/activities.ts';
import { rememberOutcomes } from './remember-outcomes.ts';
import { rideTogether } from './ride-together.ts';
import type { SendRiding } from './send-riding.ts';
import { currentActivity } from './surroundings.ts';

export interface RideCallbacksDependencies {
  readonly sendRiding: SendRiding;
}

/**
 * Makes the first attempts of callbacks whose events are on record, by the rule of rides. Where the engine gives it out again,
 * this process says what it came to; only another one, as after a crash, makes them twice, each with the same `webhook-id`.
 */
export function createRideCallbacks({ sendRiding }: RideCallbacksDependencies): Activities['rideCallbacks'] {
  return rememberOutcomes(
    async ({ callbacks }: RideCallbacksInput) => ({
      rides: await rideTogether(callbacks, (sending) => sendRiding(sending, { alone: false, owner: null })),
    }),
    currentActivity,
  );
}
