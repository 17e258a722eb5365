import type { HandlerDefinition } from './on.ts';
import { allIn } from './sources.ts';
import type { Source } from './sources.ts';

/** Where handlers come from: what `on(…)` gives, or a list or module that has some. */
export type HandlerSource = Source<HandlerDefinition>;

/** All handlers of some sources. @throws Error where one has none @param owner whose they are, for that */
export function handlersIn(sources: readonly HandlerSource[], owner: string): readonly HandlerDefinition[] {
  return allIn(sources, isHandler, (number) => `entry ${number} of ${owner} has no handler: make one with on(event, name, handler)`);
}

function isHandler(value: unknown): value is HandlerDefinition {
  return typeof value === 'object' && value !== null && 'takes' in value;
}
