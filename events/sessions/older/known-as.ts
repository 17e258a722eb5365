import { idOfKey, isBatchId, isEventId, isOwnId, parseItemId } from 'tickless/server';

type Name = 'event_id' | 'batch_id';

/** What makes an id of a name with other characters than an id may have; null for a name that is an id itself. */
export function idempotencyKeyOf(kind: Name, name: string): string | null {
  return isOwnId(name) ? null : `${kind} ${name}`;
}

/** The id under which `/v1` knows what an older client calls so. */
export function knownAs(kind: Name, name: string): string {
  const isId = kind === 'batch_id' ? isBatchId(name) : isEventId(name) || parseItemId(name) !== null;
  return isId ? name : idOfKey(`${kind} ${name}`);
}
