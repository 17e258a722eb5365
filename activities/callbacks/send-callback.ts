import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { CallbackMessage } from '../../domain/callback-message.ts';
import type { AttemptDelivery } from './attempt-delivery.ts';
import { rememberOutcomes } from '../remember-outcomes.ts';
import { currentActivity } from '../surroundings.ts';

/**
 * Makes one attempt of a delivery. Where the engine gives it out again, this process says what it came to; only another
 * one, as after a crash, makes it twice, with the same `webhook-id`, by which the receiver knows it.
 */
export function createSendCallback(attemptDelivery: AttemptDelivery) {
  return rememberOutcomes((message: CallbackMessage) => attemptDelivery(message, stopSignal()), currentActivity);
}

const GIVEN_UP: ReadonlySet<string> = new Set(['NOT_FOUND', 'TIMED_OUT']);

/** Aborts when the attempt is to end. An engine that was away takes it for dead, yet no receiver has less time for that. */
function stopSignal(): AbortSignal {
  const { cancellationSignal } = Context.current();
  const stopping = new AbortController();
  cancellationSignal.addEventListener('abort', () => {
    const { reason } = cancellationSignal;
    if (!(reason instanceof CancelledFailure && GIVEN_UP.has(reason.message))) stopping.abort(reason);
  });
  return stopping.signal;
}
