import type { EventDefinition } from './define-event.ts';
import { allIn } from './sources.ts';
import type { Source } from './sources.ts';

/** Where event types come from: a definition, or a list or module that has some. */
export type EventSource = Source<EventDefinition>;

/** All event types of some sources. @throws Error where one has none @param owner whose they are, for that */
export function definitionsIn(sources: readonly EventSource[], owner: string): readonly EventDefinition[] {
  return allIn(sources, isDefinition, (number) => `entry ${number} of ${owner} has no event type: define one with defineEvent()`);
}

function isDefinition(value: unknown): value is EventDefinition {
  return typeof value === 'object' && value !== null && 'tierOf' in value && 'type' in value && typeof value.type === 'string';
}
