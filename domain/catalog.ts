import type { EventDefinition } from './define-event.ts';
import type { SubjectDefinition } from './define-subject.ts';

/** The event types a service knows. */
export interface Catalog {
  readonly definitions: readonly EventDefinition[];
  find(type: string): EventDefinition | undefined;
  /** The kind of subject of this name, that some event type names. */
  findSubject(type: string): SubjectDefinition | undefined;
  /** The known type closest in spelling, for error messages. */
  nearest(type: string): string | undefined;
}

/** @throws Error when two definitions have the same type, or two subjects that aren't one */
export function createCatalog(definitions: readonly EventDefinition[]): Catalog {
  const byType = new Map<string, EventDefinition>();
  for (const definition of definitions) {
    if (byType.has(definition.type)) throw new Error(`event type "${definition.type}" is defined twice`);
    byType.set(definition.type, definition);
  }
  const subjects = new Map<string, SubjectDefinition>();
  for (const { subject } of definitions) {
    if (subject === null) continue;
    if ((subjects.get(subject.type) ?? subject) !== subject) throw new Error(`subject type "${subject.type}" is defined twice`);
    subjects.set(subject.type, subject);
  }
  return {
    definitions,
    find: (type) => byType.get(type),
    findSubject: (type) => subjects.get(type),
    nearest: (type) => nearestOf(type, [...byType.keys()]),
  };
}

function nearestOf(wanted: string, known: readonly string[]): string | undefined {
  let best: { type: string; distance: number } | undefined;
  for (const type of known) {
    const distance = editDistance(wanted, type);
    if (best === undefined || distance < best.distance) best = { type, distance };
  }
  return best?.type;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  const letters = b.split('');
  let row = letters.map((_, column) => column + 1);
  let distance = letters.length;
  for (const [done, letter] of a.split('').entries()) {
    let diagonal = done;
    distance = done + 1;
    row = row.map((above, column) => {
      const substituted = diagonal + (letter === letters[column] ? 0 : 1);
      diagonal = above;
      distance = Math.min(substituted, above + 1, distance + 1);
      return distance;
    });
  }
  return distance;
}
