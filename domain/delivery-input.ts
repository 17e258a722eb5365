import type { CallbackTarget } from './callback-message.ts';
import type { CallbackAttempt, VerdictEnvelope } from './delivery.ts';
import type { WorkflowReference } from './event-resource.ts';

interface DeliveryStart {
  readonly target: CallbackTarget;
  /** Those made so far; none by default. */
  readonly attempts?: readonly CallbackAttempt[];
  /** At once by default; null where none is due, and it waits to be asked for one. */
  readonly firstAttemptAfterMs?: number | null;
  /** The origin that is parked, if it is. */
  readonly parkedAt?: string;
  /** The process in which an attempt is under way, to be asked for its outcome. */
  readonly sender?: string;
  /** So many more times it was asked to send at once. */
  readonly redeliveries?: number;
  /** The engine keeps its first task back until its wait is over, or somebody has news for it. */
  readonly isDelayed?: boolean;
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

// A parked delivery is woken; one that was missed, since the engine's index lagged behind, asks again after this time.
export const ASK_AGAIN_MS = 900_000;

/**
 * How long the engine may keep a delivery's first task back, in milliseconds; null where it has something to do at once. Until
 * then its workflow answers no query: one that only waits for its next attempt, and says when that is due, has its task.
 */
export function startDelayMs({ attempts = [], firstAttemptAfterMs, parkedAt }: DeliveryStart): number | null {
  if (parkedAt !== undefined) return ASK_AGAIN_MS;
  return attempts.length === 0 && firstAttemptAfterMs ? firstAttemptAfterMs : null;
}
