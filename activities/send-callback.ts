import { Context } from '@temporalio/activity';
import type { CallbackMessage } from '../domain/callback-message.ts';
import type { CallbackOutcome } from '../domain/callback-record.ts';
import { isCounted, isDelivered, isGone, nextDelayMs, webhookId } from '../domain/delivery.ts';
import { limitEnvelope } from './callback/limit-envelope.ts';
import type { PostCallback } from './callback/post-callback.ts';
import type { ObserveRun } from './run-stage.ts';

export interface SendCallbackDependencies {
  readonly post: PostCallback;
  /** Milliseconds after each attempt. */
  readonly scheduleMs: readonly number[];
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly observe: ObserveRun;
}

const UNCOUNTED_RETRY_MS = 1_000;

/**
 * Makes one attempt to deliver a terminal message. Sent twice after a crash, with the same `webhook-id`, by
 * which the receiver knows it.
 */
export function createSendCallback({ post, scheduleMs, random, observe }: SendCallbackDependencies) {
  return async function sendCallback({ target, message, attemptsMade, reason, ended }: CallbackMessage): Promise<CallbackOutcome> {
    // A receiver that reads the event before it answers sees how it ended, also if that was in the workflow.
    if (ended !== undefined) observe(ended.run, ended.workflow);
    const { url, headers } = target.callback;
    const { body } = limitEnvelope(message);
    const posted = await post({ url, headers, webhookId: webhookId(target), body }, Context.current().cancellationSignal);
    const attempt = reason === undefined ? posted : { ...posted, reason };
    if (isDelivered(attempt) || isGone(attempt)) return { attempt, nextAttemptAfterMs: null };
    if (!isCounted(attempt)) return { attempt, nextAttemptAfterMs: UNCOUNTED_RETRY_MS };
    const nextAttemptAfterMs = nextDelayMs({
      scheduleMs,
      attemptsMade: attemptsMade + 1,
      retryAfterMs: attempt.retryAfterMs,
      jitter: random(),
    });
    return { attempt, nextAttemptAfterMs };
  };
}
