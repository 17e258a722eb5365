import { createCatalog } from '../domain/catalog.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { definitionsIn } from '../domain/event-source.ts';
import { handlersIn } from '../domain/handler-source.ts';
import type { Config } from './define-config.ts';

const FIELDS: readonly string[] = ['events', 'handlers', 'subjects', 'services', 'use', 'plugins', 'settings'] satisfies (keyof Config)[];

// What they come to is on record together: 64 KiB each, and a history takes 2 MiB in one piece.
const MAX_HANDLERS = 16;

/** @throws Error that names what can't work: two types of one name, a field that isn't known, something that is no definition */
export function checkConfig(config: Config): void {
  const unknown = Object.keys(config).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw new Error(`the config has no field "${unknown}"; there are ${FIELDS.join(', ')}`);
  if (!Array.isArray(config.events)) throw new Error('the config needs a list of events: defineConfig({ events: [orderPlaced] })');
  const areFunctions = (list: readonly unknown[]): boolean => list.every((one) => typeof one === 'function');
  if (!areFunctions(config.use ?? [])) throw new Error('middleware is a function: use: [async (event, context, next) => next()]');
  const isPlugin = (plugin: unknown): boolean => typeof plugin === 'object' && plugin !== null;
  if (!(config.plugins ?? []).every(isPlugin)) throw new Error('a plugin is an object: plugins: [life()], not plugins: [life]');
  const catalog = catalogOf(config);
  const idle = catalog.definitions.find(({ type, stages }) => stages.length === 0 && catalog.handlersOf(type).length === 0);
  const many = catalog.definitions.find(({ type }) => catalog.handlersOf(type).length > MAX_HANDLERS);
  if (many !== undefined) {
    throw new Error(
      `event type "${many.type}" has ${catalog.handlersOf(many.type).length} handlers; a service calls at most ${MAX_HANDLERS}`,
    );
  }
  if (idle !== undefined) {
    throw new Error(
      `event type "${idle.type}" has neither stages nor a handler: give it one, or name one by on(…) in the config's handlers`,
    );
  }
}

/** All event types of a project, its plugins' after its own. @throws Error where something in a list has none */
export function definitionsOf({ events, plugins = [] }: Pick<Config, 'events' | 'plugins'>): readonly EventDefinition[] {
  return [
    ...definitionsIn(events, "the config's events"),
    ...plugins.flatMap((plugin) => definitionsIn(plugin.events ?? [], `the events of the plugin "${plugin.name}"`)),
  ];
}

/** All that a project knows. @throws Error where two types, or two kinds of subjects, have one name */
export function catalogOf(config: Pick<Config, 'events' | 'handlers' | 'subjects' | 'plugins'>): Catalog {
  const { handlers = [], subjects = [], plugins = [] } = config;
  return createCatalog(
    definitionsOf(config),
    [...subjects, ...plugins.flatMap((plugin) => plugin.subjects ?? [])],
    handlersIn(handlers, "the config's handlers"),
  );
}
