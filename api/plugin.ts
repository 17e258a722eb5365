import type { OpenAPIHono } from '@hono/zod-openapi';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Scope } from '../config/api-keys.ts';
import type { WriteFormat } from '../domain/callback-format.ts';
import type { SubjectDefinition } from '../domain/define-subject.ts';
import type { EventSource } from '../domain/event-source.ts';
import type { Services } from '../domain/handler-services.ts';
import type { AppEnvironment } from './app.ts';
import type { Core } from './core.ts';

/** What the parts of a plugin are given of its own. */
export interface PluginContext<Settings = unknown> {
  readonly settings: Settings;
  /** Where the service keeps its files: for those of a plugin it makes a folder there. Shared by all processes of the service. */
  readonly dataDirectory: string;
}

/** Who sends a request: a key, to be looked up among `API_KEYS`, or a tenant with what it may do (default: all but `admin`). */
export type Credentials = { readonly key: string } | { readonly tenant: string; readonly scopes?: readonly Scope[] };

/**
 * What an operator adds to a service: event types, and what belongs to them. All but its handlers runs in the service's own
 * processes, and is trusted. Method syntax, so that plugins of different settings share one list.
 */
export interface Plugin<Settings = unknown> {
  /** As it is called in messages. */
  readonly name: string;
  /** Definitions, and modules or lists that have some, as in a config. */
  readonly events?: readonly EventSource[];
  /** Kinds of subjects; those that its event types name need not be listed. */
  readonly subjects?: readonly SubjectDefinition[];
  /** The event type that stands for all that nobody knows, where `UNKNOWN_TYPES` is this plugin's name. */
  readonly otherTypes?: string;
  /** Variables of the environment that are its own, each with a schema of its text (undefined where it isn't set), which answers at once. */
  readonly settings?: { readonly [Name in keyof Settings]: StandardSchemaV1<unknown, Settings[Name]> };
  /** Which of them are never shown. Handlers' processes have them in their environment. */
  readonly secrets?: readonly string[];
  /** What its handlers are lent, made once in each process in which handlers run; `dispose` is called at its end. */
  services?(settings: Settings): MaybePromise<Partial<Services> & { readonly dispose?: () => unknown }>;
  /** Ways to write a callback's body, by the `kind` that an event's callback asks for. */
  callbackFormats?(context: PluginContext<Settings>): Readonly<Record<string, WriteFormat>>;
  /**
   * Who sends a request, where this plugin can tell; `'refuse'` answers 401, null leaves it to others. All plugins are asked. A tenant is 1 to 63 of
   * `a-z`, `0-9` and `-`. Whom no plugin knows needs a key, or, without `API_KEYS`, nothing: an authentication of its own refuses what it doesn't know.
   */
  authenticate?(
    request: Pick<Request, 'method' | 'url' | 'headers'>,
    context: PluginContext<Settings>,
  ): MaybePromise<Credentials | 'refuse' | null>;
  /** What a key needs for an address of its routes, which are not below `/v1`; null for what is open to everybody; by default `read` for GET and `operate` for all others. */
  neededScope?(method: string, path: string): Scope | null | undefined;
  /** Adds its routes, before the service listens. */
  routes?(app: OpenAPIHono<AppEnvironment>, core: Core<Settings>): MaybePromise<void>;
  /** Called in each process that has the API, once the engine is there. What it gives is called when that process stops. */
  start?(core: Core<Settings>): MaybePromise<void | (() => MaybePromise<void>)>;
}

type MaybePromise<T> = T | Promise<T>;
