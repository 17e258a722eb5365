import type { AdaptiveLimit } from './adaptive-limit.ts';
import { afterAttempt, FIRST_CONNECTIONS } from './connection-limit.ts';
import type { CallbackAttempt } from './delivery.ts';
import { isUnwell } from './delivery.ts';
import { LEAST_CONNECTIONS, MAX_OF_ONE_ORIGIN, RIDE_MS } from './riding.ts';

/**
 * All that a process knows of an origin (scheme, host and port) that it posts to: how many attempts are open, how many
 * connections it may have, whether it was lately failing or slow, and whether it hangs. Everything here is a function of the
 * state before; all times are of a clock that only goes on, in milliseconds.
 */
export interface Origin {
  /** Attempts of any kind, those in line for a connection among them. */
  readonly open: number;
  /** Those that have a connection. */
  readonly connected: number;
  /** The adaptive concurrency limit. */
  readonly limit: AdaptiveLimit;
  /** When all connections were last in use. */
  readonly fullAtMs: number;
  /** The last bad sign since the last good one. */
  readonly trouble: { readonly atMs: number; readonly isSlow: boolean } | null;
  /** When the latest of those began that were answered well and soon. */
  readonly wellFromMs: number;
  /** Attempts that have taken too long for a ride, and go on. */
  readonly overdue: number;
  /**
   * For how long as many connections have been open as every origin gets, and nobody has answered on any, while this process could
   * have heard it.
   */
  readonly silentMs: number;
  /** The breaker has been told of this silence. */
  readonly isHangTold: boolean;
}

/** An attempt that has a connection. */
export interface Connected {
  readonly sinceMs: number;
  /** The limit's when it began. */
  readonly generation: number;
  /** It has taken too long for a ride. */
  readonly isOverdue: boolean;
}

/** What an attempt is for. A ride holds up the work that it tells of, and a progress message is soon followed by another. */
export type Purpose = 'ride' | 'delivery' | 'progress';

/** `send`: at once, or as soon as a connection is free. `defer`: elsewhere, until those before it are answered. `skip`: not at all. */
export type Admission = 'send' | 'defer' | 'skip';

export interface OriginLimits {
  readonly nowMs: number;
  /** No origin has more. */
  readonly maxConnections: number;
}

/** After so long an origin is taken to hang: a third of what an attempt has, which goes on all the same. */
export const HANGS_AFTER_MS = 10_000;

// One that takes its time answers somebody more often than that, if so many are open.
const SILENT_AFTER_MS = 3_000;
const FORGET_TROUBLE_MS = 30_000;
// What an origin bore a while ago says little, and as many connections would have to be opened anew, all at once.
const REMEMBER_LIMIT_MS = 60_000;
// As many again in line, three times.
const PROGRESS_SHARE = 4;

export const UNKNOWN_ORIGIN: Origin = {
  open: 0,
  connected: 0,
  limit: FIRST_CONNECTIONS,
  fullAtMs: 0,
  trouble: null,
  wellFromMs: Number.NEGATIVE_INFINITY,
  overdue: 0,
  silentMs: 0,
  isHangTold: false,
};

/** Lately failing or slow: since the last good attempt, and not longer ago than 30 s. */
export function isTroubled({ trouble }: Origin, nowMs: number): boolean {
  return trouble !== null && nowMs - trouble.atMs < FORGET_TROUBLE_MS;
}

/** The same, where the last of its troubles was that an attempt took longer than a ride may. */
export function isSlow(origin: Origin, nowMs: number): boolean {
  return origin.trouble?.isSlow === true && isTroubled(origin, nowMs);
}

/** How many connections it may have, taken or free. */
export function connectionsOf(origin: Origin, { nowMs, maxConnections }: OriginLimits): number {
  return Math.floor(Math.min(maxConnections, limitOf(origin, nowMs).size));
}

function limitOf({ limit, fullAtMs }: Origin, nowMs: number): AdaptiveLimit {
  return nowMs - fullAtMs < REMEMBER_LIMIT_MS ? limit : FIRST_CONNECTIONS;
}

export function hasRoom(origin: Origin, limits: OriginLimits): boolean {
  return origin.connected < connectionsOf(origin, limits);
}

/**
 * Whether an attempt may be made. Where those before it aren't answered soon, whoever stands in line takes up room that attempts
 * to others need, and waits elsewhere until a connection is free; and one that answers nobody gets no more than any.
 */
export function admit(origin: Origin, purpose: Purpose, limits: OriginLimits): Admission {
  const connections = connectionsOf(origin, limits);
  const isUnwellNow = isTroubled(origin, limits.nowMs);
  if (purpose === 'progress') return isUnwellNow || origin.open >= PROGRESS_SHARE * connections ? 'skip' : 'send';
  // A ride tries what fails quickly: that holds up nobody.
  const isHeldUp = purpose === 'ride' ? isSlow(origin, limits.nowMs) : isUnwellNow;
  const room = origin.silentMs > SILENT_AFTER_MS ? LEAST_CONNECTIONS : Math.min(connections, MAX_OF_ONE_ORIGIN);
  return isHeldUp && origin.open >= room ? 'defer' : 'send';
}

/** An attempt comes, and stands in line. */
export function arrive(origin: Origin, nowMs: number): Origin {
  return { ...origin, open: origin.open + 1, limit: limitOf(origin, nowMs) };
}

/** One goes that never had a connection, which says nothing of the origin. */
export function leave(origin: Origin): Origin {
  return { ...origin, open: origin.open - 1 };
}

/** One that stood in line, or would have, has a connection. */
export function connect(origin: Origin, limits: OriginLimits): { readonly origin: Origin; readonly call: Connected } {
  const next = { ...origin, connected: origin.connected + 1 };
  return {
    origin: hasRoom(next, limits) ? next : { ...next, fullAtMs: limits.nowMs },
    call: { sinceMs: limits.nowMs, generation: origin.limit.generation, isOverdue: false },
  };
}

/**
 * One has taken as long as a ride may, or as long again: others needn't wait for its end to know that the origin is slow. What is
 * slow while this process has no rest itself is not held against it: all callbacks would be given away, each for the price of
 * four, and the load with them.
 */
export function noteOverdue(
  before: Origin,
  call: Connected,
  { nowMs, wasBusy }: { readonly nowMs: number; readonly wasBusy: boolean },
): { readonly origin: Origin; readonly call: Connected } {
  const origin = call.isOverdue ? before : { ...before, overdue: before.overdue + 1 };
  const saysSo = isNews(origin, call) && !wasBusy;
  return { origin: saysSo ? { ...origin, trouble: { atMs: nowMs, isSlow: true } } : origin, call: { ...call, isOverdue: true } };
}

/** One with a connection has ended. @param attempt null where a fault of ours ended it, which says nothing of the origin */
export function disconnect(
  origin: Origin,
  call: Connected,
  attempt: CallbackAttempt | null,
  { wasBusy, ...limits }: OriginLimits & { readonly wasBusy: boolean },
): Origin {
  const { nowMs, maxConnections } = limits;
  const connected = origin.connected - 1;
  const use = { maxConnections, isFull: !hasRoom(origin, limits), generation: call.generation };
  const isSilent = connected >= LEAST_CONNECTIONS && (attempt === null || attempt.status === null);
  return {
    ...origin,
    ...(attempt !== null && signsOf(origin, call, attempt, { nowMs, wasBusy })),
    open: origin.open - 1,
    connected,
    limit: attempt === null ? origin.limit : afterAttempt(origin.limit, attempt, use),
    overdue: origin.overdue - (call.isOverdue ? 1 : 0),
    ...(!isSilent && { silentMs: 0, isHangTold: false }),
  };
}

/** What an attempt shows of how the origin is. */
function signsOf(
  origin: Origin,
  call: Connected,
  attempt: CallbackAttempt,
  { nowMs, wasBusy }: { readonly nowMs: number; readonly wasBusy: boolean },
): Partial<Origin> {
  const isBad = isUnwell(attempt);
  // What was broken off says nothing of it.
  if (attempt.status === null && !isBad) return {};
  if (attempt.durationMs > RIDE_MS) {
    return isNews(origin, call) && (isBad || !wasBusy) ? { trouble: { atMs: nowMs, isSlow: true } } : {};
  }
  if (isBad) return { trouble: { atMs: nowMs, isSlow: false } };
  return { trouble: null, wellFromMs: Math.max(origin.wellFromMs, call.sinceMs) };
}

/** Of few that later ones have overtaken there is nothing to learn: the origin was slow, and is well again. */
function isNews({ wellFromMs, overdue }: Origin, { sinceMs }: Connected): boolean {
  return sinceMs >= wellFromMs || overdue >= LEAST_CONNECTIONS;
}

/** Whether it is looked at, as it may hang. */
export function isWatched({ connected }: Origin): boolean {
  return connected >= LEAST_CONNECTIONS;
}

/**
 * It was looked at, so many milliseconds after the last time. What a process that had no rest meanwhile has missed may be its own fault.
 * @returns whether the breaker is to hear that it hangs, once for each silence
 */
export function look(
  origin: Origin,
  { ms, wasBusy }: { readonly ms: number; readonly wasBusy: boolean },
): { readonly origin: Origin; readonly hangs: boolean } {
  const silentMs = wasBusy ? origin.silentMs : origin.silentMs + ms;
  const hangs = !origin.isHangTold && silentMs >= HANGS_AFTER_MS;
  return { origin: { ...origin, silentMs, isHangTold: origin.isHangTold || hangs }, hangs };
}

/** Whether there is anything to remember of one that nothing goes to just now. */
export function isKnown({ limit, trouble }: Origin): boolean {
  return limit !== FIRST_CONNECTIONS || trouble !== null;
}
