import { Context } from '@temporalio/activity';
import type { CallbackMessage } from '../domain/callback-message.ts';
import type { CallbackOutcome } from '../domain/callback-record.ts';
import type { AttemptDelivery } from './callback/attempt-delivery.ts';

/** Makes one attempt of a delivery. Made twice after a crash, with the same `webhook-id`, by which the receiver knows it. */
export function createSendCallback(attemptDelivery: AttemptDelivery) {
  return function sendCallback(message: CallbackMessage): Promise<CallbackOutcome> {
    return attemptDelivery(message, Context.current().cancellationSignal);
  };
}
