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
  /** The known type closest in spelling, for error messages. */
  nearest(type: string): string | undefined;
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
    nearest: (type) => nearestOf(type, [...byType.keys()]),
  };
}

// As long as a type's name may be.
const MAX_NAME_CHARACTERS = 128;

/** What is said of a type that a catalog lacks. */
export function unknownTypeDetail({ nearest }: Pick<Catalog, 'nearest'>, type: string): string {
  const near = nearest(type);
  return `there is no event type "${type}"${near === undefined ? '' : `; the nearest is "${near}"`}`;
}

/** Undefined where none has two thirds of its letters: another word is no help, and to look for it would take as long as a text is. */
function nearestOf(wanted: string, known: readonly string[]): string | undefined {
  if (wanted.length > MAX_NAME_CHARACTERS) return undefined;
  let best: string | undefined;
  let leastSoFar = Number.POSITIVE_INFINITY;
  for (const type of known) {
    const limit = Math.min(leastSoFar - 1, Math.max(type.length, wanted.length) / 3);
    const distance = distanceWithin(limit, wanted.toLowerCase(), type);
    if (distance === null) continue;
    best = type;
    leastSoFar = distance;
  }
  return best;
}

/** Levenshtein's distance, one row at a time; null as soon as it is above `limit`. */
function distanceWithin(limit: number, a: string, b: string): number | null {
  if (Math.abs(a.length - b.length) > limit) return null;
  const letters = b.split('');
  let row = letters.map((_, column) => column + 1);
  let distance = letters.length;
  for (const [done, letter] of a.split('').entries()) {
    let diagonal = done;
    let least = done + 1;
    distance = done + 1;
    row = row.map((above, column) => {
      const substituted = diagonal + (letter === letters[column] ? 0 : 1);
      diagonal = above;
      distance = Math.min(substituted, above + 1, distance + 1);
      least = Math.min(least, distance);
      return distance;
    });
    if (least > limit) return null;
  }
  return distance > limit ? null : distance;
}
