import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { Why } from '../domain/why.ts';
import type { Cancellation, EventKey } from './event-service.ts';
import type { LastRun } from './replay-service.ts';

/** Where events of a kind live, and who knows of each: whatever kind it is, it is asked alike. */
export interface EventStore {
  /** Whether an id may be that of an event of this kind. */
  has(id: string): boolean;
  /** The event with all that is known of its callback; null when there is none. */
  read(key: EventKey): Promise<EventResource | null>;
  /** What its run was given; null when that isn't known. */
  accepted(key: EventKey): Promise<AcceptedEvent | null>;
  cancel(key: EventKey): Promise<Cancellation>;
  /** Its newest run, from which a replay may go on; null when there is none. */
  lastRun(key: EventKey): Promise<LastRun | null>;
  /** What it waits for, or does. */
  why(key: EventKey): Promise<Why | null>;
}

/** Asks the stores that an id may belong to, in their order, until one knows it. */
export function routeByKind(stores: readonly EventStore[]): Omit<EventStore, 'has'> {
  async function ask<Answer>(key: EventKey, none: Answer, of: (store: EventStore) => Promise<Answer>): Promise<Answer> {
    for (const store of stores.filter(({ has }) => has(key.id))) {
      const answer = await of(store);
      if (answer !== none) return answer;
    }
    return none;
  }

  return {
    read: (key) => ask(key, null, (store) => store.read(key)),
    accepted: (key) => ask(key, null, (store) => store.accepted(key)),
    cancel: (key) => ask<Cancellation>(key, 'not_found', (store) => store.cancel(key)),
    lastRun: (key) => ask(key, null, (store) => store.lastRun(key)),
    why: (key) => ask(key, null, (store) => store.why(key)),
  };
}
