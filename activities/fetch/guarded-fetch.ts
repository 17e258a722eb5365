import { fetch } from 'undici';
import type { Dispatcher, Response } from 'undici';
import { PermanentError, RetryLaterError } from '../../domain/handler-errors.ts';
import type { FetchForEvent, FetchLimits } from '../../domain/handler-services.ts';
import type { AddressGuard } from '../callbacks/address-guard.ts';
import { checkUrl } from '../callbacks/check-url.ts';
import { toFailureCode } from '../callbacks/failure-code.ts';
import { parseRetryAfterMs } from '../callbacks/retry-after.ts';

export interface GuardedFetchOptions {
  /** From `createGuardedAgent`, with the same guard. */
  readonly agent: Dispatcher;
  readonly guard: AddressGuard;
  readonly userAgent: string;
  readonly now: () => number;
  /** The longest that a fetch may take, whatever its handler would wait; no end outside of tests. */
  readonly longestMs?: number;
}

const MAX_REDIRECTS = 5;
const PATIENCE_MS = 10_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Creates the fetch that is lent to handlers. Each redirect is checked like the address that the event named. */
export function createGuardedFetch({ agent, guard, userAgent, now, longestMs = Infinity }: GuardedFetchOptions): FetchForEvent {
  return async (asked, handlersLimits) => {
    const limits = { ...handlersLimits, timeoutMs: Math.min(handlersLimits.timeoutMs, longestMs) };
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    const signal = AbortSignal.any([timeout, limits.signal]);
    let url = checked(asked);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const current = url;
      const response = await fetch(current, { dispatcher: agent, redirect: 'manual', signal, headers: { 'user-agent': userAgent } }).catch(
        (error: unknown) => {
          throw translate(error, current, limits, timeout);
        },
      );
      const location = response.headers.get('location');
      if (!REDIRECTS.has(response.status) || location === null) {
        if (!response.ok) {
          await response.body?.cancel();
          throw refusalOf(response, current);
        }
        return {
          url: current.href,
          contentType: response.headers.get('content-type') ?? '',
          body: limited(response, current, limits, timeout),
        };
      }
      await response.body?.cancel();
      url = checked(location, current.href);
    }
    throw new PermanentError('redirect', `"${asked}" redirects more than ${MAX_REDIRECTS} times`);
  };

  function checked(text: string, base?: string): URL {
    const checked = checkUrl(URL.canParse(text, base) ? new URL(text, base).href : text, guard);
    if (!checked.ok) throw new PermanentError('fetch_refused', `"${text}" is not fetched: ${checked.reason}`);
    return checked.url;
  }

  function refusalOf(response: Response, url: URL): Error {
    const { status } = response;
    const message = `"${url.href}" answered ${status}`;
    if (status === 429 || status === 503) {
      const afterMs = parseRetryAfterMs(response.headers.get('retry-after') ?? undefined, now()) ?? PATIENCE_MS;
      return new RetryLaterError(afterMs, message);
    }
    return status >= 500 || status === 408 ? new Error(message) : new PermanentError(`http_${status}`, message);
  }
}

async function* limited(response: Response, url: URL, limits: FetchLimits, timeout: AbortSignal): AsyncIterable<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > limits.maxBytes) throw new PermanentError('too_large', `"${url.href}" has more than ${limits.maxBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw translate(error, url, limits, timeout);
  }
}

function translate(error: unknown, url: URL, { signal, timeoutMs }: FetchLimits, timeout: AbortSignal): unknown {
  if (error instanceof PermanentError) return error;
  if (signal.aborted) return signal.reason;
  if (timeout.aborted) return new Error(`"${url.href}" was not there within ${timeoutMs} ms`, { cause: error });
  const code = toFailureCode(error instanceof TypeError ? error.cause : error);
  if (code === 'guarded') {
    return new PermanentError(
      'fetch_refused',
      `"${url.href}" is not fetched: it is not a public address, nor one that CALLBACK_ALLOW opens`,
    );
  }
  return new Error(`"${url.href}" could not be fetched: ${code}`, { cause: error });
}
