import { createCatalog } from './catalog.ts';
import type { EventDefinition } from './define-event.ts';
import type { Services } from './handler-services.ts';

/** A user's project: what a service runs, and how. */
export interface Config {
  /** Definitions, and modules or lists that have some. */
  readonly events: readonly EventSource[];
  /** Made once in each process in which handlers run; `dispose` is called at its end. */
  readonly services?: () => MadeServices | Promise<MadeServices>;
  /** Defaults of the environment's variables, by their names in camel case: `{ maxConcurrentTasks: 10 }`. The environment wins. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

type MadeServices = Services & { readonly dispose?: () => unknown };
type EventSource = EventDefinition | readonly unknown[] | Readonly<Record<string, unknown>>;

const FIELDS: readonly string[] = ['events', 'services', 'settings'] satisfies (keyof Config)[];

/**
 * Declares a project; the default export of `tickless.config.ts`.
 * @throws Error that names what can't work: two types of one name, a field that isn't known, something that is no definition
 */
export function defineConfig(config: Config): Config {
  const unknown = Object.keys(config).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw new Error(`the config has no field "${unknown}"; there are ${FIELDS.join(', ')}`);
  if (!Array.isArray(config.events)) throw new Error('the config needs a list of events: defineConfig({ events: [orderPlaced] })');
  createCatalog(definitionsOf(config));
  return config;
}

/** All event types of a project. @throws Error where something in the list has none */
export function definitionsOf({ events }: Pick<Config, 'events'>): readonly EventDefinition[] {
  return events.flatMap((source, index) => {
    const found = isDefinition(source) ? [source] : Object.values(source ?? {}).flatMap((value) => definitionsIn(value));
    if (found.length === 0) throw new Error(`entry ${index + 1} of the config's events has no event type: define one with defineEvent()`);
    return found;
  });
}

function definitionsIn(value: unknown): readonly EventDefinition[] {
  if (Array.isArray(value)) return value.filter(isDefinition);
  return isDefinition(value) ? [value] : [];
}

function isDefinition(value: unknown): value is EventDefinition {
  return typeof value === 'object' && value !== null && 'tierOf' in value && 'type' in value && typeof value.type === 'string';
}
