import { createCatalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { definitionsIn } from '../domain/event-source.ts';
import type { EventSource } from '../domain/event-source.ts';
import { assertHandlers } from '../domain/handler-order.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import type { HandlerDefinition } from '../domain/on.ts';
import { BusError } from './bus-error.ts';
import type { Subscription } from './call.ts';
import type { EventStream } from './event-stream.ts';

/** Who is to hear of a type's events. */
export interface Topic {
  readonly definition: EventDefinition;
  /** In the order in which they were registered. */
  readonly subscriptions: readonly Subscription[];
  /** Whether any of them comes after another. */
  readonly isOrdered: boolean;
  readonly streams: Set<EventStream<HandledEvent>>;
}

export interface Topics {
  /** @param event a type, or the name of one @throws BusError `unknown_type` for one that the bus hasn't, or another definition of its name */
  of(event: EventDefinition | string): Topic;
  /** Those that hear of its events from now on. Whoever goes through those before isn't disturbed. */
  change(topic: Topic, subscriptions: readonly Subscription[]): void;
  all(): Iterable<Topic>;
}

interface Kept extends Topic {
  subscriptions: readonly Subscription[];
  isOrdered: boolean;
}

/**
 * @param events all that there may be; undefined: any
 * @param subscribe makes those that a type has from the beginning, of its definition and its handlers
 * @throws Error for definitions that can't work together
 */
export function createTopics(
  events: readonly EventSource[] | undefined,
  handlers: readonly HandlerDefinition[],
  subscribe: (definition: EventDefinition, handlers: readonly HandlerDefinition[]) => readonly Subscription[],
): Topics {
  const byType = new Map<string, Kept>();
  assertHandlers(handlers);
  const catalog = createCatalog(definitionsIn(events ?? [], "the bus's events"));
  for (const definition of catalog.definitions) add(definition);
  for (const { event, name } of handlers) {
    try {
      topicOf(event);
    } catch (error) {
      throw new Error(`handler "${name}" is for a type that the bus does not have`, { cause: error });
    }
  }
  return { of: topicOf, all: () => byType.values(), change };

  function change({ definition }: Topic, subscriptions: readonly Subscription[]): void {
    const topic = topicOf(definition);
    topic.subscriptions = subscriptions;
    topic.isOrdered = subscriptions.some(({ after }) => after.length > 0);
  }

  function topicOf(event: EventDefinition | string): Kept {
    const isName = typeof event === 'string';
    const type = isName ? event : event.type;
    const topic = byType.get(type);
    if (topic === undefined) {
      if (events === undefined && !isName) return add(event);
      throw new BusError('unknown_type', `the bus has no event type "${type}"`);
    }
    if (!isName && topic.definition !== event) throw new BusError('unknown_type', `event type "${type}" is defined twice`);
    return topic;
  }

  function add(definition: EventDefinition): Kept {
    const ofType = handlers.filter(({ event }) => event === definition);
    const topic: Kept = { definition, subscriptions: [], isOrdered: false, streams: new Set() };
    byType.set(definition.type, topic);
    change(topic, subscribe(definition, ofType));
    return topic;
  }
}
