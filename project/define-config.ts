import type { Plugin } from '../api/plugin.ts';
import type { SubjectDefinition } from '../domain/define-subject.ts';
import type { EventSource } from '../domain/event-source.ts';
import type { HandlerSource } from '../domain/handler-source.ts';
import type { Services } from '../domain/handler-services.ts';
import type { Middleware } from '../domain/middleware.ts';

/** A user's project: what a service runs, and how. */
export interface Config {
  /** Definitions, and modules or lists that have some. */
  readonly events: readonly EventSource[];
  /** What `on(…)` gives, and modules or lists that have some: called once an event's own stages are complete. */
  readonly handlers?: readonly HandlerSource[];
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

/**
 * Declares a project; the default export of `tickless.config.ts`. What can't work in it is said at the start of whatever runs it: a
 * browser, which does not, needn't load what finds that out.
 */
export function defineConfig(config: Config): Config {
  return config;
}
