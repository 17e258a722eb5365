import type { Plugin } from '../api/plugin.ts';
import { createCatalog } from '../domain/catalog.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import type { SubjectDefinition } from '../domain/define-subject.ts';
import { definitionsIn } from '../domain/event-source.ts';
import type { EventSource } from '../domain/event-source.ts';
import type { Services } from '../domain/handler-services.ts';

/** A user's project: what a service runs, and how. */
export interface Config {
  /** Definitions, and modules or lists that have some. */
  readonly events: readonly EventSource[];
  /** Kinds of subjects; those that event types name need not be listed. */
  readonly subjects?: readonly SubjectDefinition[];
  /** Made once in each process in which handlers run; `dispose` is called at its end. */
  readonly services?: () => MadeServices | Promise<MadeServices>;
  /** What others have made: event types with all that belongs to them. */
  readonly plugins?: readonly Plugin[];
  /** Defaults of the environment's variables, by their names in camel case: `{ maxConcurrentTasks: 10 }`. The environment wins. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

type MadeServices = Services & { readonly dispose?: () => unknown };

const FIELDS: readonly string[] = ['events', 'subjects', 'services', 'plugins', 'settings'] satisfies (keyof Config)[];

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
  checkPlugins(config.plugins ?? []);
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

const PLUGIN_FIELDS: Readonly<Record<keyof Plugin, true>> = {
  name: true,
  events: true,
  subjects: true,
  otherTypes: true,
  settings: true,
  secrets: true,
  services: true,
  callbackFormats: true,
  authenticate: true,
  neededScope: true,
  routes: true,
  start: true,
};

function checkPlugins(plugins: readonly Plugin[]): void {
  const names = new Set<string>();
  for (const plugin of plugins) {
    if (typeof plugin !== 'object' || plugin === null || typeof plugin.name !== 'string' || plugin.name === '') {
      throw new Error('a plugin is an object with a name: plugins: [life()], not plugins: [life]');
    }
    const { name, otherTypes, events = [], settings = {}, secrets = [] } = plugin;
    if (names.has(name)) throw new Error(`there are two plugins of the name "${name}"`);
    names.add(name);
    const unknown = Object.keys(plugin).find((field) => !(field in PLUGIN_FIELDS));
    if (unknown !== undefined)
      throw new Error(`the plugin "${name}" has the field "${unknown}"; there are ${Object.keys(PLUGIN_FIELDS).join(', ')}`);
    const odd = secrets.find((secret) => !(secret in settings));
    if (odd !== undefined) throw new Error(`the plugin "${name}" calls "${odd}" a secret, which is none of its settings`);
    if (otherTypes === undefined) continue;
    const own = definitionsIn(events, `the events of the plugin "${name}"`);
    if (!own.some(({ type }) => type === otherTypes))
      throw new Error(`the plugin "${name}" has no event type "${otherTypes}" (otherTypes)`);
  }
}
