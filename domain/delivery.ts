/** How a callback's bodies are written: a name, beside options that only whoever writes this kind knows. Stored in histories. */
export interface CallbackFormat {
  readonly kind: string;
}

/** Where a terminal message goes; `headers` are the caller's, `progress` asks for progress messages too. */
export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly progress: boolean;
  /** The envelope where there is none. */
  readonly format?: CallbackFormat;
}

/** `none`: no callback was asked for; `parked`: its destination is not being tried just now; `failed`: given up. */
export type DeliveryStatus = 'none' | 'pending' | 'delivered' | 'parked' | 'failed';

/**
 * One try to deliver, as it is kept on record.
 * `at` is when it began (ISO 8601, UTC); `status` is null when no answer began to arrive;
 * `error` is null for a success, else a stable short code (`http_500`, `redirect`, `timeout`, `guarded`, …).
 */
export interface CallbackAttempt {
  readonly at: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly error: string | null;
  /** How long the receiver asked us to wait, counted from the end of the attempt, at most 24 h. */
  readonly retryAfterMs?: number;
  /** The first 1 KB of the answer as text; only the event's owner may see it. */
  readonly excerpt?: string;
  /** Why it was made, unless it was due. */
  readonly reason?: 'redelivery' | 'probe';
}

/** The body of every message (Standard Webhooks): `type` is dotted, `timestamp` is when the thing happened. */
export interface CallbackEnvelope<Data extends object = object> {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Data;
}

/** The body of a terminal message. */
export interface VerdictEnvelope<Data extends object = object> extends CallbackEnvelope<Data> {
  /**
   * When the run came to this verdict. A rerun after a crash takes its own time, and a later one: the time tells its message
   * from that of the attempt at running before it, whose verdict may have been another.
   */
  readonly recordedAt: string;
}

const NOT_ITS_FAULT: ReadonlySet<string> = new Set(['busy', 'aborted', 'guarded']);
const OVERLOADED: ReadonlySet<number> = new Set([408, 410, 429]);

/**
 * Whether an attempt shows that its destination is unwell: it gave no answer, or one that says so. Any other answer,
 * a 404 for one, is about the message, and shows that the destination lives.
 */
export function isUnwell({ status, error }: CallbackAttempt): boolean {
  if (status === null) return error !== null && !NOT_ITS_FAULT.has(error);
  return status >= 500 || OVERLOADED.has(status);
}

export interface DelayInput {
  /** The pause after the first attempt, after the second, and so on. */
  readonly scheduleMs: readonly number[];
  readonly attemptsMade: number;
  readonly retryAfterMs?: number | undefined;
  /** A random number in [0, 1). */
  readonly jitter: number;
}

/** No receiver can put a delivery off for longer than this at a time. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

const JITTER_SHARE = 0.1;

/** Only 2xx counts; a redirect does not. */
export function isDelivered(attempt: CallbackAttempt): boolean {
  return attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
}

const NEVER_REACHED: ReadonlySet<string> = new Set(['busy', 'aborted']);

/** No connection was free, or this process was stopping: the receiver had no part in it. */
export function isUnreached({ error }: CallbackAttempt): boolean {
  return error !== null && NEVER_REACHED.has(error);
}

/** Whether an attempt uses up a step of the schedule: a probe is made for others too. */
export function isCounted(attempt: CallbackAttempt): boolean {
  return attempt.reason !== 'probe' && !isUnreached(attempt);
}

/** 410: the receiver wants no more messages at this address (Standard Webhooks). */
export function isGone(attempt: CallbackAttempt): boolean {
  return attempt.status === 410;
}

/**
 * The pause before the next attempt in milliseconds, or null when the schedule is exhausted.
 * The scheduled pause varies by ±10 %, so that messages that failed together don't return together;
 * `Retry-After` can only lengthen it.
 */
export function nextDelayMs({ scheduleMs, attemptsMade, retryAfterMs = 0, jitter }: DelayInput): number | null {
  if (attemptsMade === 0) return 0;
  const scheduledMs = scheduleMs[attemptsMade - 1];
  if (scheduledMs === undefined) return null;
  const jitteredMs = Math.round(scheduledMs * (1 - JITTER_SHARE + 2 * JITTER_SHARE * jitter));
  return Math.max(jitteredMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
}

// A wait that was in vain costs more than an event, and of a receiver that never answers each is in vain for 30 s.
const FIRST_WAIT_MS = { answered: 1_000, slow: 15_000 } as const;
const LONGEST_WAIT_MS = 30_000;

export interface WaitAgainInput {
  /** Since the end of what it tells of. */
  readonly waitedMs: number;
  /** Whether those who have a connection are not answered soon. */
  readonly isSlow: boolean;
  /** A random number in [0, 1). */
  readonly jitter: number;
}

/** The pause in milliseconds of a delivery for which there is no connection free: as long again as it has waited, within bounds. */
export function waitAgainMs({ waitedMs, isSlow, jitter }: WaitAgainInput): number {
  const leastMs = isSlow ? FIRST_WAIT_MS.slow : FIRST_WAIT_MS.answered;
  return Math.round(Math.min(LONGEST_WAIT_MS, Math.max(leastMs, waitedMs)) * (1 - JITTER_SHARE + 2 * JITTER_SHARE * jitter));
}
