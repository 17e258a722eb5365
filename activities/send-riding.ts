import { afterRide } from '../domain/after-ride.ts';
import { DECLINED } from '../domain/callback-message.ts';
import type { CallbackMessage, CallbackTarget, Ride, RideOutcome } from '../domain/callback-message.ts';
import { initialCallback } from '../domain/callback-record.ts';
import type { CallbackOutcome } from '../domain/callback-record.ts';
import { waitAgainMs } from '../domain/delivery.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { mustWait, RIDE_EXTRA_MS, RIDE_MS } from '../domain/riding.ts';
import { within } from '../runtime/within.ts';
import type { AttemptDelivery } from './callbacks/attempt-delivery.ts';
import type { Destinations } from './callbacks/destinations.ts';
import type { HandedOver } from './callbacks/handed-over.ts';
import type { OriginMemory } from './callbacks/origin-memory.ts';
import { originOf } from './callbacks/origin-memory.ts';
import { createRidingPlaces } from './callbacks/riding-places.ts';
import { createTrials, TRIAL_MS } from './callbacks/trials.ts';
import type { WatchLoop } from '../runtime/watch-loop.ts';
import type { StartDelivery } from './callbacks/start-delivery.ts';

export interface SendRidingDependencies {
  readonly attemptDelivery: AttemptDelivery;
  readonly origins: OriginMemory;
  readonly destinations: Destinations;
  readonly handedOver: HandedOver;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly now: () => number;
  readonly watchLoop: WatchLoop;
  readonly startDelivery: StartDelivery;
}

// The event's workflow task waits for it. One that is started after that all the same is what the workflow then finds.
const START_WITHIN_MS = 2_000;

export interface RideOptions {
  /** It holds up a workflow task of its own. Those of a chunk share one, a subject's none, and are held to no number. */
  readonly alone: boolean;
  /** Whose record has the message; null where that isn't a workflow of its own. */
  readonly owner: WorkflowReference | null;
}

type Sending = Pick<CallbackMessage, 'target' | 'message'>;

export type SendRiding = (sending: Sending, options: RideOptions) => Promise<Ride>;

/**
 * Makes the first attempt of a callback beside the work that it tells of, if the riding rule lets it. What isn't answered in
 * 1 s, or 3 where this process has no rest, is handed over, not cut: it goes on here, and its delivery asks for the outcome.
 * Where the destination is parked, or slow and has all its connections open, its delivery begins with the wait, and is started
 * from here if its message has an owner: as a child it would cost that one a second task, and have one of its own to learn the same.
 */
export function createSendRiding(dependencies: SendRidingDependencies): SendRiding {
  const { attemptDelivery, origins, destinations, handedOver, random, now, watchLoop, startDelivery } = dependencies;
  const places = createRidingPlaces();
  const trials = createTrials(now);
  return async ({ target, message }, { alone, owner }) => {
    const { callback, tenant } = target;
    const origin = originOf(callback.url);
    const state = await destinations.stateOf({ tenant, origin });
    if (state === 'open') {
      const parked = await attemptDelivery({ target, message, attemptsMade: 0, destination: state }, handedOver.signal);
      return beginWithWait(target, parked, owner);
    }
    if (mustWait({ isTroubled: origins.isSlow(origin), ...origins.roomAt(origin) })) {
      const nextAttemptAfterMs = waitAgainMs({ waitedMs: 0, isSlow: true, jitter: random() });
      return beginWithWait(target, { attempt: null, nextAttemptAfterMs }, owner);
    }
    if (state !== 'none') return DECLINED;
    const leave = alone ? places.take(origin) : (): void => undefined;
    if (leave === null) return DECLINED;
    try {
      const endTrial = await tryOut(origin);
      const isWell = endTrial !== null || !origins.isTroubled(origin);
      return isWell ? await rideTo(origin, { target, message }, endTrial) : DECLINED;
    } finally {
      leave();
    }
  };

  async function rideTo(origin: string, sending: Sending, endTrial: (() => void) | null): Promise<Ride> {
    let hasBegun = false;
    let isOver = false;
    // Whoever stood in line while others showed that the origin is unwell, or for too long, is not sent any more.
    const begins = (): boolean => {
      hasBegun = !isOver && (endTrial !== null || !origins.isTroubled(origin));
      return hasBegun;
    };
    const isBusy = watchLoop();
    const attempting = attemptDelivery({ ...sending, attemptsMade: 0, destination: 'well' }, handedOver.signal, begins);
    if (endTrial !== null) attempting.then(endTrial, endTrial);
    const inTime = await within(attempting, endTrial === null ? RIDE_MS : TRIAL_MS);
    const outcome = inTime ?? (endTrial === null && isBusy() ? await within(attempting, RIDE_EXTRA_MS) : null);
    isOver = true;
    if (outcome !== null) return outcome.attempt === null ? DECLINED : { kind: 'sent', ...outcome };
    if (!hasBegun) return DECLINED;
    handedOver.keep(sending, attempting);
    return { kind: 'handed_over', sender: handedOver.sender };
  }

  /**
   * Whoever comes while an origin that was slow is tried waits for a moment to hear of it, since a delivery of its own costs far
   * more, and tries it himself where that one takes long: it may have begun before the origin was well again.
   * @returns what ends the trial; null where others have made it, or there is nothing to try
   */
  async function tryOut(origin: string): Promise<(() => void) | null> {
    if (!origins.isTroubled(origin)) return null;
    const own = trials.begin(origin);
    if (own !== null || (await trials.heardOf(origin)) || !origins.isTroubled(origin)) return own;
    const second = trials.begin(origin);
    if (second === null) await trials.heardOf(origin);
    return second;
  }

  /** Where it can't be started, the event's workflow does it. */
  async function beginWithWait(target: CallbackTarget, outcome: CallbackOutcome, owner: WorkflowReference | null): Promise<Ride> {
    const { nextAttemptAfterMs, parkedAt } = outcome;
    const dueAtMs = parkedAt === undefined && nextAttemptAfterMs !== null ? now() + nextAttemptAfterMs : null;
    const ride: RideOutcome = {
      kind: 'sent',
      ...outcome,
      ...(dueAtMs !== null && { nextAttemptAt: new Date(dueAtMs).toISOString() }),
    };
    const { delivery } = afterRide(initialCallback(target.callback.url), ride);
    if (owner === null || delivery === null) return ride;
    const starting = startDelivery({ target, messageOf: owner, ...delivery }).then(
      () => true,
      () => false,
    );
    return (await within(starting, START_WITHIN_MS)) === true ? { ...ride, isStarted: true } : ride;
  }
}
