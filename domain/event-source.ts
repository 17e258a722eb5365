import type { EventDefinition } from './define-event.ts';

/** Where event types come from: a definition, or a list or module that has some. */
export type EventSource = EventDefinition | readonly unknown[] | Readonly<Record<string, unknown>>;

/** All event types of some sources. @throws Error where one has none @param owner whose they are, for that */
export function definitionsIn(sources: readonly EventSource[], owner: string): readonly EventDefinition[] {
  return sources.flatMap((source, index) => {
    const found = isDefinition(source) ? [source] : Object.values(source ?? {}).flatMap((value) => definitionsOf(value));
    if (found.length === 0) throw new Error(`entry ${index + 1} of ${owner} has no event type: define one with defineEvent()`);
    return found;
  });
}

function definitionsOf(value: unknown): readonly EventDefinition[] {
  if (Array.isArray(value)) return value.filter(isDefinition);
  return isDefinition(value) ? [value] : [];
}

function isDefinition(value: unknown): value is EventDefinition {
  return typeof value === 'object' && value !== null && 'tierOf' in value && 'type' in value && typeof value.type === 'string';
}
