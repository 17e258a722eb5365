import type { CallbackTarget } from './callback-message.ts';
import type { CallbackAttempt, CallbackEnvelope } from './delivery.ts';

/** What a delivery starts with, and all that it needs to go on as a new run. */
export interface DeliveryInput {
  readonly target: CallbackTarget;
  /** Of whatever has ended; below 1 MB. */
  readonly message: CallbackEnvelope;
  /** Those made so far; none by default. */
  readonly attempts?: readonly CallbackAttempt[];
  /** At once by default; null where none is due, and it waits to be asked for one. */
  readonly firstAttemptAfterMs?: number | null;
  /** The origin that is parked, if it is. */
  readonly parkedAt?: string;
  /** An attempt is under way in the process where the event ran, which will tell of its outcome. */
  readonly handedOver?: boolean;
  /** So many more times it was asked to send at once. */
  readonly redeliveries?: number;
}
