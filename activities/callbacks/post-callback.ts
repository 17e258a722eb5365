import type { Dispatcher } from 'undici';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import type { AddressGuard } from './address-guard.ts';
import { callerHeaders } from './callback-headers.ts';
import { checkDestination } from './destination.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { OriginSlots } from './origin-slots.ts';
import { parseRetryAfterMs } from './retry-after.ts';
import { parseSecret } from '../../domain/webhook-signature.ts';
import { signWebhook } from './sign-webhook.ts';

export interface PostCallbackOptions {
  /** From `createGuardedAgent`, with the same guard. */
  readonly agent: Dispatcher;
  readonly guard: AddressGuard;
  /** `whsec_…`, newest first. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly userAgent: string;
  readonly attemptTimeoutMs?: number;
  readonly waitTimeoutMs?: number;
  /** Not more to one origin than the agent has connections. */
  readonly slots: OriginSlots;
}

export interface CallbackPost {
  readonly url: string;
  /** The caller's, unfiltered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly webhookId: string;
  /** JSON; sent byte for byte as signed. */
  readonly body: string;
  /** Whose breaker hears of it if it isn't answered; nobody's without. */
  readonly tenant?: string;
}

/** @param begins asked when it is its turn to have a connection, if ever: where it says no, nothing is sent, as if there was none */
export type PostCallback = (post: CallbackPost, signal?: AbortSignal, begins?: () => boolean) => Promise<CallbackAttempt>;

/** What the contract promises a receiver, from the lookup of its address to the end of its answer. */
export const ATTEMPT_TIMEOUT_MS = 30_000;
/**
 * How long an attempt may stand in line for one of the origin's connections, before its own time begins.
 * Both together must stay below the activity's timeout, or a slow receiver gets the message twice.
 */
export const WAIT_TIMEOUT_MS = 5_000;

/**
 * Posts one signed message. Whatever the network does is a value, never thrown; the stable codes in `error` are
 * `http_<status>`, `redirect`, those of `FailureCode`, and `busy`: no connection became free, or it wasn't wanted any more, and nothing was sent.
 * Two runs of the same post send the same `webhook-id`, by which the receiver knows them as one.
 * @throws Error at creation, if there is no secret or a malformed one
 */
export function createPostCallback({
  agent,
  guard,
  secrets,
  now,
  userAgent,
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
  waitTimeoutMs = WAIT_TIMEOUT_MS,
  slots,
}: PostCallbackOptions): PostCallback {
  if (secrets.length === 0) throw new Error('Callbacks are always signed: give at least one webhook secret');
  const keys = secrets.map(parseSecret);

  return async (post, signal, begins) => {
    const calledMs = now();
    const destination = checkDestination(post.url, guard);
    if (!destination.ok) return failedAttempt('guarded', calledMs, now());
    const slot = await slots.take(destination.origin, { waitMs: waitTimeoutMs, signal });
    if (slot.kind !== 'granted') return failedAttempt(slot.kind, calledMs, now());
    let attempt: CallbackAttempt | null = null;
    try {
      if (begins?.() === false) return failedAttempt('busy', calledMs, now());
      const startedMs = now();
      const body = Buffer.from(post.body);
      const headers = { ...callerHeaders(post.headers), ...ownHeaders(post.webhookId, body, startedMs) };
      const { url } = destination;
      const outcome = await exchange({ agent, url, headers, body, timeoutMs: attemptTimeoutMs, signal });
      attempt = toAttempt(outcome, startedMs, now());
      return attempt;
    } finally {
      slot.release(attempt);
    }
  };

  function ownHeaders(webhookId: string, body: Uint8Array, startedMs: number): Record<string, string> {
    const timestampSeconds = Math.floor(startedMs / 1_000);
    return {
      'content-type': 'application/json',
      'user-agent': userAgent,
      'webhook-id': webhookId,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signWebhook({ secrets: keys, id: webhookId, timestampSeconds, body }),
    };
  }
}

function toAttempt(outcome: Exchange, startedMs: number, endedMs: number): CallbackAttempt {
  if (outcome.kind === 'failed') return failedAttempt(outcome.code, startedMs, endedMs);
  const { status } = outcome;
  const error = errorOf(status);
  const retryAfterMs = error === null ? undefined : parseRetryAfterMs(outcome.retryAfter, endedMs);
  // As a stream, so that a character cut in two at the end is left out.
  const excerpt = new TextDecoder().decode(outcome.head, { stream: true });
  return {
    ...failedAttempt(error, startedMs, endedMs),
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(excerpt === '' ? {} : { excerpt }),
  };
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : `http_${status}`;
}

/** The clock may have been set back in between. */
function failedAttempt(error: string | null, startedMs: number, endedMs: number): CallbackAttempt {
  const durationMs = Math.max(0, endedMs - startedMs);
  return { at: new Date(startedMs).toISOString(), status: null, durationMs, error };
}
