import { afterFirstRide } from '../../domain/after-ride.ts';
import { DECLINED } from '../../domain/callback-message.ts';
import type { CallbackMessage, CallbackTarget, Ride, RideOutcome } from '../../domain/callback-message.ts';
import type { CallbackOutcome } from '../../domain/callback-record.ts';
import { waitAgainMs } from '../../domain/delivery.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { RIDE_EXTRA_MS, RIDE_MS } from '../../domain/riding.ts';
import type { WatchLoop } from '../../runtime/watch-loop.ts';
import { within } from '../../runtime/within.ts';
import type { AttemptDelivery } from './attempt-delivery.ts';
import type { Destinations } from './destinations.ts';
import type { HandedOver } from './handed-over.ts';
import { originOf, TRIAL_MS } from './origins.ts';
import type { Origins } from './origins.ts';
import type { StartDelivery } from './start-delivery.ts';

export interface FirstAttemptsDependencies {
  readonly attemptDelivery: AttemptDelivery;
  readonly origins: Origins;
  readonly destinations: Destinations;
  readonly handedOver: HandedOver;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly now: () => number;
  readonly watchLoop: WatchLoop;
  readonly startDelivery: StartDelivery;
}

export type FirstMessage = Pick<CallbackMessage, 'target' | 'message'>;

/**
 * Makes the first attempts of callbacks, all at once: whom an origin has no connection for stands in line.
 * @param task whose task in the engine they hold up; null where it is nobody's, as the work that they tell of is on record
 * @returns what became of each, in order; one that its process couldn't end is `declined`
 */
export type FirstAttempts = (messages: readonly FirstMessage[], task: WorkflowReference | null) => Promise<readonly Ride[]>;

// The event's workflow task waits for it. One that is started after that all the same is what the workflow then finds.
const START_WITHIN_MS = 2_000;

/**
 * Makes first attempts beside the work that they tell of, if the riding rule lets them. What isn't answered in 1 s, or 3 where this
 * process has no rest, is handed over, not cut: it goes on here, and its delivery asks for the outcome. After a crash it is made
 * again with the same `webhook-id`.
 * Where the destination is parked, or slow and has all its connections open, its delivery begins with the wait. That is started
 * from here if the workflow whose task it is has the message on record: as a child it would cost that one a second task, and have
 * one of its own to learn the same.
 */
export function createFirstAttempts(dependencies: FirstAttemptsDependencies): FirstAttempts {
  const { attemptDelivery, origins, destinations, handedOver, random, now, watchLoop, startDelivery } = dependencies;

  return async (messages, task) => {
    // Those who share a task hold up no more than one does.
    const isAlone = task !== null && messages.length === 1;
    return Promise.all(messages.map((message) => attemptFirst(message, isAlone ? task : null).catch(() => DECLINED)));
  };

  async function attemptFirst({ target, message }: FirstMessage, task: WorkflowReference | null): Promise<Ride> {
    const { callback, tenant } = target;
    const origin = originOf(callback.url);
    const state = await destinations.stateOf({ tenant, origin });
    if (state === 'open') {
      const parked = await attemptDelivery({ target, message, attemptsMade: 0, destination: state }, handedOver.signal);
      return beginWithWait(target, parked, task);
    }
    if (origins.admit(origin, 'ride') === 'defer') {
      const nextAttemptAfterMs = waitAgainMs({ waitedMs: 0, isSlow: true, jitter: random() });
      return beginWithWait(target, { attempt: null, nextAttemptAfterMs }, task);
    }
    if (state !== 'none') return DECLINED;
    const leave = task === null ? (): void => undefined : origins.takeRide(origin);
    if (leave === null) return DECLINED;
    try {
      const endTrial = await origins.tryOut(origin);
      const isWell = endTrial !== null || !origins.isTroubled(origin);
      return isWell ? await rideTo(origin, { target, message }, endTrial) : DECLINED;
    } finally {
      leave();
    }
  }

  async function rideTo(origin: string, sending: FirstMessage, endTrial: (() => void) | null): Promise<Ride> {
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

  /** Where it can't be started, the event's workflow does it. */
  async function beginWithWait(target: CallbackTarget, outcome: CallbackOutcome, task: WorkflowReference | null): Promise<Ride> {
    const { nextAttemptAfterMs, parkedAt } = outcome;
    const dueAtMs = parkedAt === undefined && nextAttemptAfterMs !== null ? now() + nextAttemptAfterMs : null;
    const ride: RideOutcome = {
      kind: 'sent',
      ...outcome,
      ...(dueAtMs !== null && { nextAttemptAt: new Date(dueAtMs).toISOString() }),
    };
    const { delivery } = afterFirstRide(target.callback.url, ride);
    // A batch's unit is not named after its item, and leaves no data of it on record.
    if (task?.id !== target.owner || delivery === null) return ride;
    const starting = startDelivery({ target, messageOf: task, ...delivery }).then(
      () => true,
      () => false,
    );
    return (await within(starting, START_WITHIN_MS)) === true ? { ...ride, isStarted: true } : ride;
  }
}
