import type { Plugin } from '../api/plugin.ts';
import { createCatalog } from '../domain/catalog.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { SubjectDefinition } from '../domain/define-subject.ts';
import { definitionsIn } from '../domain/event-source.ts';
import type { EventSource } from '../domain/event-source.ts';
import type { Services } from '../domain/handler-services.ts';
import type { Middleware } from '../domain/middleware.ts';

/** A user's project: what a service runs, and how. */
export interface Config {
  /** Definitions, and modules or lists that have some. */
  readonly events: readonly EventSource[];
  /** Kinds of subjects; those that event types name need not be listed. */
  readonly subjects?: readonly SubjectDefinition[];
  /** Made once in each process in which handlers run; `dispose` is called at its end. */
  readonly services?: () => MadeServices | Promise<MadeServices>;
  /** Runs around each call of a stage or a handler, the first outermost. */
  readonly use?: readonly Middleware[];
  /** What others have made: event types with all that belongs to them. */
  readonly plugins?: readonly Plugin[];
  /** Defaults of the environment's variables, by their names in camel case: `{ maxConcurrentTasks: 10 }`. The environment wins. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

type MadeServices = Services & { readonly dispose?: () => unknown };

const FIELDS: readonly string[] = ['events', 'subjects', 'services', 'use', 'plugins', 'settings'] satisfies (keyof Config)[];

/**
 * Declares a project; the default export of `tickless.config.ts`.
 * @throws Error that names what can't work: two types of one name, a field that isn't known, something that is no definition
 */
export function defineConfig(config: Config): Config {
  checkConfig(config);
  return config;
}

/** @throws Error as `defineConfig` does */
export function checkConfig(config: Config): void {
  const unknown = Object.keys(config).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw new Error(`the config has no field "${unknown}"; there are ${FIELDS.join(', ')}`);
  if (!Array.isArray(config.events)) throw new Error('the config needs a list of events: defineConfig({ events: [orderPlaced] })');
  const areFunctions = (list: readonly unknown[]): boolean => list.every((one) => typeof one === 'function');
  if (!areFunctions(config.use ?? [])) throw new Error('`use` has functions: use: [timed]');
  const isPlugin = (plugin: unknown): boolean => typeof plugin === 'object' && plugin !== null;
  if (!(config.plugins ?? []).every(isPlugin)) throw new Error('a plugin is an object: plugins: [life()], not plugins: [life]');
  const idle = catalogOf(config).definitions.find(({ stages }) => stages.length === 0);
  if (idle !== undefined) throw new Error(`event type "${idle.type}" has neither stages nor a handler: a service would do nothing for it`);
}

/** All event types of a project, its plugins' after its own. @throws Error where something in a list has none */
export function definitionsOf({ events, plugins = [] }: Pick<Config, 'events' | 'plugins'>): readonly EventDefinition[] {
  return [
    ...definitionsIn(events, "the config's events"),
    ...plugins.flatMap((plugin) => definitionsIn(plugin.events ?? [], `the events of the plugin "${plugin.name}"`)),
  ];
}

/** All that a project knows. @throws Error where two types, or two kinds of subjects, have one name */
export function catalogOf(config: Pick<Config, 'events' | 'subjects' | 'plugins'>): Catalog {
  const { subjects = [], plugins = [] } = config;
  return createCatalog(definitionsOf(config), [...subjects, ...plugins.flatMap((plugin) => plugin.subjects ?? [])]);
}
