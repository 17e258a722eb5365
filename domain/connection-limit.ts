import { afterCall, firstLimit } from './adaptive-limit.ts';
import type { Call, CallUse, AdaptiveLimit } from './adaptive-limit.ts';
import { isUnwell } from './delivery.ts';
import type { CallbackAttempt } from './delivery.ts';
import { LEAST_CONNECTIONS, RIDE_MS } from './riding.ts';

/** Of connections that a process may have open to one origin of callbacks. */
export const FIRST_CONNECTIONS = firstLimit(LEAST_CONNECTIONS);

const TOO_MUCH: ReadonlySet<number> = new Set([408, 429, 503, 504]);
// An origin that takes longer the more it gets would otherwise be made too slow to ride to.
const QUICK_MS = RIDE_MS / 2;

/** Whether an origin has no answer, or one that says that it was asked too much. */
export function isTooMuch(attempt: CallbackAttempt): boolean {
  return attempt.status === null ? isUnwell(attempt) : TOO_MUCH.has(attempt.status);
}

/** The limit after an attempt. What is about the message, or wrong with the receiver itself, says nothing of it. */
export function afterAttempt(
  before: AdaptiveLimit,
  attempt: CallbackAttempt,
  { maxConnections, ...use }: CallUse & { readonly maxConnections: number },
): AdaptiveLimit {
  const call = { says: saysOf(attempt), durationMs: attempt.durationMs };
  return afterCall(before, call, use, { least: LEAST_CONNECTIONS, most: maxConnections, quickMs: QUICK_MS });
}

function saysOf(attempt: CallbackAttempt): Call['says'] {
  if (isTooMuch(attempt)) return 'too_much';
  return attempt.status === null || isUnwell(attempt) ? 'nothing' : 'well';
}
