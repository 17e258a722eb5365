import type { CallbackMessage } from '../../domain/callback-message.ts';
import { countDelivery } from '../../domain/callback-record.ts';
import type { CallbackOutcome, DeliveryCount } from '../../domain/callback-record.ts';
import { isDelivered, isGone, isUnreached, nextDelayMs, waitAgainMs } from '../../domain/delivery.ts';
import { isTooMuch } from '../../domain/connection-limit.ts';
import { LEAST_CONNECTIONS } from '../../domain/riding.ts';
import type { Destinations } from './destinations.ts';
import { originOf } from './origins.ts';
import type { Origins } from './origins.ts';
import type { PostCallback } from './post-callback.ts';
import { createPostMessage } from './post-message.ts';
import type { RenderBody } from './render-body.ts';

export interface AttemptDeliveryOptions {
  readonly post: PostCallback;
  readonly renderBody: RenderBody;
  /** Milliseconds after each attempt. */
  readonly scheduleMs: readonly number[];
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly destinations: Destinations;
  readonly origins: Pick<Origins, 'admit' | 'isSlow' | 'openAt'>;
  readonly observeDelivery: ObserveDelivery;
  readonly now: () => number;
}

/** Told of each attempt, and of each that was not made since its destination is parked. */
export type ObserveDelivery = (delivery: DeliveryCount) => void;

/** @param begins asked when it is its turn to have a connection: where it says no, it waits again instead */
export type AttemptDelivery = (message: CallbackMessage, signal: AbortSignal, begins?: () => boolean) => Promise<CallbackOutcome>;

const UNREACHED_RETRY_MS = 1_000;

/** Makes one attempt to deliver a message, unless its destination is parked or has no room, and says when the next is due. */
export function createAttemptDelivery(options: AttemptDeliveryOptions): AttemptDelivery {
  const { scheduleMs, random, destinations, origins, observeDelivery, now } = options;
  const postMessage = createPostMessage(options.post, options.renderBody);
  return async (due, signal, begins) => {
    const outcome = await attemptOnce(due, signal, begins);
    if (outcome.attempt !== null || outcome.parkedAt !== undefined)
      observeDelivery(countDelivery(outcome, due.message, due.target.tenant, now()));
    return outcome;
  };

  async function attemptOnce(
    { target, message, attemptsMade, reason, destination: known }: CallbackMessage,
    signal: AbortSignal,
    begins?: () => boolean,
  ): Promise<CallbackOutcome> {
    const destination = { tenant: target.tenant, origin: originOf(target.callback.url) };
    const { origin } = destination;
    const waitAgain = (): CallbackOutcome => {
      const waitedMs = now() - Date.parse(message.timestamp);
      return { attempt: null, nextAttemptAfterMs: waitAgainMs({ waitedMs, isSlow: origins.isSlow(origin), jitter: random() }) };
    };
    if ((known ?? (await destinations.stateOf(destination))) === 'open') return { attempt: null, nextAttemptAfterMs: 0, parkedAt: origin };
    const openAtOrigin = origins.openAt(origin);
    if (known === undefined && origins.admit(origin, 'delivery') === 'defer') return waitAgain();
    const posted = await postMessage({ target, message }, signal, begins);
    if (posted.error === 'busy' && reason === undefined) return waitAgain();
    const attempt = reason === undefined ? posted : { ...posted, reason };
    // Where it was given more than any, that may be what it failed by: it has fewer connections from now on, and is not held to be ill yet.
    const mayBeOurFault = openAtOrigin > LEAST_CONNECTIONS && isTooMuch(attempt) && reason === undefined && known !== 'troubled';
    const isParked = !mayBeOurFault && (await destinations.note(destination, attempt, known === 'troubled')) === 'open';
    if (isDelivered(attempt) || isGone(attempt)) return { attempt, nextAttemptAfterMs: null };
    if (isUnreached(attempt)) return { attempt, nextAttemptAfterMs: UNREACHED_RETRY_MS };
    const nextAttemptAfterMs = nextDelayMs({
      scheduleMs,
      // A probe that is its first attempt leaves the whole schedule, but doesn't begin it at once.
      attemptsMade: Math.max(1, attemptsMade + (reason === 'probe' ? 0 : 1)),
      retryAfterMs: attempt.retryAfterMs,
      jitter: random(),
    });
    return { attempt, nextAttemptAfterMs, ...(isParked && { parkedAt: origin }) };
  }
}
