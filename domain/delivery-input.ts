import type { CallbackOutcome } from './callback-record.ts';
import type { CallbackTarget } from './callback-message.ts';
import type { CallbackAttempt, VerdictEnvelope } from './delivery.ts';
import type { WorkflowReference } from './event-resource.ts';

/**
 * How a delivery begins. `after`: once so many milliseconds are over. `suspended`: its destination is parked, and it waits to be
 * woken. `awaiting-report`: an attempt is under way in the process that is `sender`, which knows what comes of it. `on-request`:
 * nothing is due, and it waits to be asked for an attempt.
 */
export type DeliveryBegin =
  | { readonly kind: 'now' }
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'suspended'; readonly origin: string }
  | { readonly kind: 'awaiting-report'; readonly sender: string }
  | { readonly kind: 'on-request' };

interface DeliveryStart {
  readonly target: CallbackTarget;
  readonly begin: DeliveryBegin;
  /** Those made so far. */
  readonly attempts: readonly CallbackAttempt[];
  /** Which dead letter it makes up for, where an earlier run of it was given up. */
  readonly replaces?: string;
  /** So many more times it was asked to send at once; none by default. */
  readonly requests?: number;
}

/** What a delivery starts with, and all that it needs to go on as a new run. */
export interface DeliveryInput extends DeliveryStart {
  /** Of whatever has ended; below 1 MB. */
  readonly message: VerdictEnvelope;
}

/**
 * The same of one that was started a moment before its event's verdict was recorded. A crash in between runs the stages again,
 * perhaps with another verdict, so that it has no message but takes what is on record of this run once it needs one.
 */
export interface EarlyDeliveryInput extends DeliveryStart {
  readonly messageOf: WorkflowReference;
}

export type AnyDeliveryInput = DeliveryInput | EarlyDeliveryInput;

/** A delivery of which nothing has been tried yet. */
export const FROM_THE_BEGINNING = { begin: { kind: 'now' }, attempts: [] } as const satisfies Omit<DeliveryStart, 'target'>;

// A parked delivery is woken; one that was missed, since the engine's index lagged behind, asks again after this time.
export const ASK_AGAIN_MS = 900_000;

/** How a delivery goes on after an attempt, or where none was made; null where that was the last. */
export function beginAfter({ nextAttemptAfterMs, parkedAt }: CallbackOutcome): DeliveryBegin | null {
  if (nextAttemptAfterMs === null) return null;
  return parkedAt === undefined ? { kind: 'after', ms: nextAttemptAfterMs } : { kind: 'suspended', origin: parkedAt };
}

/**
 * How long the engine may keep a delivery's first task back, in milliseconds; null where it has something to do at once. Until
 * then its workflow answers no query: one that only waits for its next attempt, and says when that is due, has its task.
 */
export function startDelayMs({ begin, attempts }: DeliveryStart): number | null {
  if (begin.kind === 'suspended') return ASK_AGAIN_MS;
  return begin.kind === 'after' && begin.ms > 0 && attempts.length === 0 ? begin.ms : null;
}

/** The origin that is parked, where a delivery begins so, by which it is found. */
export function suspendedAt({ begin }: Pick<DeliveryStart, 'begin'>): string | undefined {
  return begin.kind === 'suspended' ? begin.origin : undefined;
}
