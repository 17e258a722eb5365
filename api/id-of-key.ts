import { keyedEventId } from '../domain/event-id.ts';
import { digest } from './digest.ts';

/**
 * What an id is made of: the text of an idempotency key, or a list, which is never taken for one: `source` and `id` of a CloudEvent,
 * or those of all that a batch has.
 */
export type IdempotencyKey = string | readonly unknown[];

/** The id of an event, or of a batch, that is named by such a key alone. */
export function idOfKey(idempotencyKey: IdempotencyKey): string {
  return keyedEventId(digest(idempotencyKey));
}
