import { causeDigest, causeOfResource } from '../domain/dead-letter.ts';
import type { Why } from '../domain/why.ts';
import type { DeadLetterService } from './dead-letter-service.ts';
import type { EventKey, EventService } from './event-service.ts';

/** Why an event stands as it does; of one that ended badly also how many died of the same. Null where there is none. @throws EngineUnavailableError */
export async function whyWithAlike(
  events: Pick<EventService, 'why' | 'get'>,
  deadLetters: Pick<DeadLetterService, 'list'>,
  key: EventKey,
): Promise<Why | null> {
  const why = await events.why(key);
  if (why === null || (why.status !== 'failed' && why.status !== 'partial')) return why;
  const resource = await events.get(key);
  const cause = resource && causeOfResource(resource);
  if (!cause) return why;
  const { items } = await deadLetters.list(key.tenant);
  const alike = items.find((one) => one.cause === causeDigest(cause));
  if (alike === undefined) return why;
  const { cause: digest, count } = alike;
  const summary = count === 1 ? why.summary : `${why.summary} In all ${count} died of the same.`;
  return { ...why, summary, details: { ...why.details, alike: { cause: digest, count } } };
}
