import { keyedEventId } from '../domain/event-id.ts';
import { digest } from './digest.ts';

/** The id of an event, or of a batch, that is named by an idempotency key alone. */
export function idOfKey(idempotencyKey: string): string {
  return keyedEventId(digest(idempotencyKey));
}
