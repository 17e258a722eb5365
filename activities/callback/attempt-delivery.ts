import type { CallbackMessage } from '../../domain/callback-message.ts';
import type { CallbackOutcome } from '../../domain/callback-record.ts';
import { isCounted, isDelivered, isGone, nextDelayMs, webhookId } from '../../domain/delivery.ts';
import type { PostCallback } from './post-callback.ts';
import type { RenderBody } from './render-body.ts';

export interface AttemptDeliveryOptions {
  readonly post: PostCallback;
  readonly renderBody: RenderBody;
  /** Milliseconds after each attempt. */
  readonly scheduleMs: readonly number[];
  /** A number in [0, 1). */
  readonly random: () => number;
}

export type AttemptDelivery = (message: CallbackMessage, signal: AbortSignal) => Promise<CallbackOutcome>;

const UNCOUNTED_RETRY_MS = 1_000;

/** Makes one attempt to deliver a message, and says when the next is due. */
export function createAttemptDelivery({ post, renderBody, scheduleMs, random }: AttemptDeliveryOptions): AttemptDelivery {
  return async ({ target, message, attemptsMade, reason }, signal) => {
    const { url, headers } = target.callback;
    const body = await renderBody({ target, message });
    const posted = await post({ url, headers, webhookId: webhookId(target), body }, signal);
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
