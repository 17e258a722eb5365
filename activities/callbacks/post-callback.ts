import type { Dispatcher } from 'undici';
import type { CallbackBody } from '../../domain/callback-format.ts';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import type { AddressGuard } from './address-guard.ts';
import { callerHeaders } from './callback-headers.ts';
import { checkUrl } from './check-url.ts';
import { type Exchange, exchange } from './exchange.ts';
import type { Origins } from './origins.ts';
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
  /** Milliseconds of a clock that only goes on. */
  readonly monotonicNow: () => number;
  readonly userAgent: string;
  readonly attemptTimeoutMs?: number;
  readonly waitTimeoutMs?: number;
  /** Not more to one origin than the agent has connections. */
  readonly origins: Origins;
}

/** Its body is sent byte for byte as signed. */
export interface CallbackPost extends CallbackBody {
  readonly url: string;
  /** The caller's, unfiltered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly webhookId: string;
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
  monotonicNow,
  userAgent,
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
  waitTimeoutMs = WAIT_TIMEOUT_MS,
  origins,
}: PostCallbackOptions): PostCallback {
  if (secrets.length === 0) throw new Error('Callbacks are always signed: give at least one webhook secret');
  const keys = secrets.map(parseSecret);

  return async (post, signal, begins) => {
    const checked = checkUrl(post.url, guard);
    if (!checked.ok) return unsent('guarded');
    const { origin, url } = checked;
    const sent = await origins.pass(origin, { waitMs: waitTimeoutMs, tenant: post.tenant, signal, begins }, async () => {
      const at = now();
      const begunMs = monotonicNow();
      const body = Buffer.from(post.body);
      const headers = {
        ...callerHeaders(post.headers),
        'content-type': post.contentType ?? 'application/json',
        ...ownHeaders(post.webhookId, body, at),
      };
      const outcome = await exchange({ agent, url, headers, body, timeoutMs: attemptTimeoutMs, signal });
      return toAttempt(outcome, at, Math.round(monotonicNow() - begunMs));
    });
    return typeof sent === 'string' ? unsent(sent) : sent;
  };

  function unsent(error: string): CallbackAttempt {
    return failedAttempt(error, now(), 0);
  }

  function ownHeaders(webhookId: string, body: Uint8Array, startedMs: number): Record<string, string> {
    const timestampSeconds = Math.floor(startedMs / 1_000);
    return {
      'user-agent': userAgent,
      'webhook-id': webhookId,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signWebhook({ secrets: keys, id: webhookId, timestampSeconds, body }),
    };
  }
}

function toAttempt(outcome: Exchange, atMs: number, durationMs: number): CallbackAttempt {
  if (outcome.kind === 'failed') return failedAttempt(outcome.code, atMs, durationMs);
  const { status } = outcome;
  const error = errorOf(status);
  const retryAfterMs = error === null ? undefined : parseRetryAfterMs(outcome.retryAfter, atMs + durationMs);
  // As a stream, so that a character cut in two at the end is left out.
  const excerpt = new TextDecoder().decode(outcome.head, { stream: true });
  return {
    ...failedAttempt(error, atMs, durationMs),
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(excerpt === '' ? {} : { excerpt }),
  };
}

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'redirect' : `http_${status}`;
}

function failedAttempt(error: string | null, atMs: number, durationMs: number): CallbackAttempt {
  return { at: new Date(atMs).toISOString(), status: null, durationMs, error };
}
