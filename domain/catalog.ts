import type { EventDefinition } from './define-event.ts';
import type { SubjectDefinition } from './define-subject.ts';
import { assertHandlers } from './handler-order.ts';
import type { HandlerDefinition } from './on.ts';

/** The event types a service knows. */
export interface Catalog {
  readonly definitions: readonly EventDefinition[];
  find(type: string): EventDefinition | undefined;
  /** The kind of subject of this name: one that was named, or that some event type names. */
  findSubject(type: string): SubjectDefinition | undefined;
  /** Those of a type's handlers that are called once its stages are complete, in their order. */
  handlersOf(type: string): readonly HandlerDefinition[];
}

/**
 * @throws Error when two definitions have the same type, or two subjects that aren't one; and where a handler is for a type that isn't
 * there, or handlers don't fit together
 */
export function createCatalog(
  definitions: readonly EventDefinition[],
  named: readonly SubjectDefinition[] = [],
  handlers: readonly HandlerDefinition[] = [],
): Catalog {
  const byType = new Map<string, EventDefinition>();
  for (const definition of definitions) {
    if (byType.has(definition.type)) throw new Error(`event type "${definition.type}" is defined twice`);
    byType.set(definition.type, definition);
  }
  const subjects = new Map<string, SubjectDefinition>();
  for (const subject of [...named, ...definitions.map((definition) => definition.subject)]) {
    if (subject === null) continue;
    if ((subjects.get(subject.type) ?? subject) !== subject) throw new Error(`subject type "${subject.type}" is defined twice`);
    subjects.set(subject.type, subject);
  }
  assertHandlers(handlers);
  const handlersByType = new Map<string, HandlerDefinition[]>();
  for (const handler of handlers) {
    const { type } = handler.event;
    if (byType.get(type) !== handler.event)
      throw new Error(`handler "${handler.name}" is for event type "${type}", which is not in the list of events`);
    handlersByType.set(type, [...(handlersByType.get(type) ?? []), handler]);
  }
  return {
    definitions,
    handlersOf: (type) => handlersByType.get(type) ?? [],
    find: (type) => byType.get(type),
    findSubject: (type) => subjects.get(type),
  };
}
