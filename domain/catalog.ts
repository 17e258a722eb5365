import type { EventDefinition } from './define-event.ts';
import type { SubjectDefinition } from './define-subject.ts';

/** The event types a service knows. */
export interface Catalog {
  readonly definitions: readonly EventDefinition[];
  find(type: string): EventDefinition | undefined;
  /** The kind of subject of this name: one that was named, or that some event type names. */
  findSubject(type: string): SubjectDefinition | undefined;
}

/** @throws Error when two definitions have the same type, or two subjects that aren't one */
export function createCatalog(definitions: readonly EventDefinition[], named: readonly SubjectDefinition[] = []): Catalog {
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
  return {
    definitions,
    find: (type) => byType.get(type),
    findSubject: (type) => subjects.get(type),
  };
}
