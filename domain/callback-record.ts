import type { CallbackAttempt, CallbackEnvelope, DeliveryStatus } from './delivery.ts';
import { isCounted, isDelivered } from './delivery.ts';
import type { Tier } from './tier.ts';
import { TIERS } from './tier.ts';

/** What is known of an event's callback. */
export interface CallbackRecord {
  readonly status: DeliveryStatus;
  readonly url: string | null;
  readonly attempts: readonly CallbackAttempt[];
  /** When the next one is due (ISO 8601, UTC), as its delivery says while it waits for that. */
  readonly nextAttemptAt?: string;
}

/** What one attempt led to. */
export interface CallbackOutcome {
  /** Null when nothing was sent, as the destination is parked, or has all its connections open. */
  readonly attempt: CallbackAttempt | null;
  /** Milliseconds until the next attempt is due; null when there is none, since it was delivered or has failed for good. */
  readonly nextAttemptAfterMs: number | null;
  /** The origin that is parked: the next attempt waits until it is well again. */
  readonly parkedAt?: string;
}

/** What an attempt came to, as it is counted. */
export interface DeliveryCount {
  readonly outcome: 'delivered' | 'retried' | 'parked' | 'failed';
  readonly tenant: string;
  /** Of an event; null of anything else. */
  readonly tier: Tier | null;
  /** Since the end that it tells of. */
  readonly seconds: number;
}

/** The callback's state before anything was sent. */
export function initialCallback(url: string | null): CallbackRecord {
  return { status: url === null ? 'none' : 'pending', url, attempts: [] };
}

// With the excerpts some 400 KB: an engine takes 2 MiB as a workflow's result.
const MAX_ATTEMPTS = 300;

/** The first attempts are forgotten where there are more than any schedule has: somebody asked for them by hand. */
export function recordAttempt(record: CallbackRecord, outcome: CallbackOutcome): CallbackRecord {
  const attempts = outcome.attempt === null ? record.attempts : [...record.attempts, outcome.attempt].slice(-MAX_ATTEMPTS);
  return { ...record, status: statusAfter(outcome), attempts };
}

/** Whether an attempt is on record: a report of it may come twice. */
export function isRecorded({ attempts }: CallbackRecord, { attempt }: CallbackOutcome): boolean {
  return attempts.some(({ at }) => at === attempt?.at);
}

/** Nothing is due any more, unless somebody asks for it. */
export function isSettled({ status }: CallbackRecord): boolean {
  return status === 'delivered' || status === 'failed';
}

/**
 * The record of a delivery that learns what its event's run has on record: other than it began with, where that ran again
 * after a crash and a first attempt rode along after all.
 */
export function joinRecords(record: CallbackRecord, recorded: CallbackRecord): CallbackRecord {
  const others = recorded.attempts.filter((attempt) => !isRecorded(record, { attempt, nextAttemptAfterMs: null }));
  const attempts = [...others, ...record.attempts].slice(-MAX_ATTEMPTS);
  return { ...record, attempts, ...(isSettled(recorded) && { status: recorded.status }) };
}

/** How many steps of the schedule are used up: what was asked for by hand begins it anew. */
export function attemptsMade({ attempts }: CallbackRecord): number {
  const last = attempts.findLastIndex(({ reason }) => reason === 'redelivery');
  return attempts.slice(Math.max(0, last)).filter(isCounted).length;
}

/** The record as whoever may read the event sees it. */
export function withoutExcerpts({ attempts, ...record }: CallbackRecord): CallbackRecord {
  return { ...record, attempts: attempts.map(({ at, status, durationMs, error }) => ({ at, status, durationMs, error })) };
}

const COUNTED_AS = { delivered: 'delivered', failed: 'failed', parked: 'parked', pending: 'retried' } as const;

/** @param tenant whose message it is */
export function countDelivery(
  outcome: CallbackOutcome,
  { timestamp, data }: CallbackEnvelope,
  tenant: string,
  nowMs: number,
): DeliveryCount {
  const tier = 'tier' in data ? data.tier : null;
  return {
    outcome: COUNTED_AS[statusAfter(outcome)],
    tenant,
    tier: isTier(tier) ? tier : null,
    seconds: Math.max(0, nowMs - Date.parse(timestamp)) / 1_000,
  };
}

function isTier(value: unknown): value is Tier {
  return TIERS.some((tier) => tier === value);
}

function statusAfter({ attempt, nextAttemptAfterMs, parkedAt }: CallbackOutcome): keyof typeof COUNTED_AS {
  if (attempt !== null && isDelivered(attempt)) return 'delivered';
  if (nextAttemptAfterMs === null) return 'failed';
  return parkedAt === undefined ? 'pending' : 'parked';
}
