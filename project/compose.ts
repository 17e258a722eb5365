import { resolve } from 'node:path';
import type { InstalledPlugin } from '../api/installed-plugin.ts';
import type { Plugin } from '../api/plugin.ts';
import { environmentSchema } from '../config/environment.ts';
import type { Environment } from '../config/environment.ts';
import { readVariables, refuseFaults } from '../config/read-variables.ts';
import { CLOUD_EVENTS } from '../domain/callback-format.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { CallbackFormats, WriteFormat } from '../domain/callback-format.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { toAcceptSettings } from './accept-settings.ts';
import { checkPlugins } from './check-plugins.ts';
import { catalogOf, checkConfig } from './check-config.ts';
import type { Config } from './define-config.ts';
import { secretsOf } from './secrets-of.ts';

/** A config with the settings that hold for it: all that a process of the service is made of. */
export interface Composition {
  readonly environment: Environment;
  readonly catalog: Catalog;
  /** Accepts every type that the catalog lacks; null to reject them. */
  readonly otherTypes: EventDefinition | null;
  readonly acceptSettings: AcceptSettings;
  readonly plugins: readonly InstalledPlugin[];
  readonly callbackFormats: CallbackFormats;
}

/** @throws Error as `defineConfig` does, and one that names every faulty variable at once, those of plugins too */
export function compose(config: Config, variables: Readonly<Record<string, string | undefined>>): Composition {
  const { plugins = [] } = config;
  // A config may not have been defined by `defineConfig`.
  checkConfig(config);
  checkPlugins(plugins);
  const isSecret = secretsOf(plugins);
  const { values: environment, faults } = readVariables(environmentSchema.shape, variables, isSecret);
  const read = plugins.map((plugin) => ({ plugin, ...readVariables(plugin.settings ?? {}, variables, isSecret) }));
  const { UNKNOWN_TYPES: asked } = environment;
  const stands = plugins.find(({ name, otherTypes }) => name === asked && otherTypes !== undefined);
  const isKnown = asked === 'reject' || stands !== undefined;
  refuseFaults([...faults, ...read.flatMap((one) => one.faults), ...(isKnown ? [] : [unknownTypesFault(asked, plugins)])]);
  const dataDirectory = resolve(environment.TICKLESS_DATA);
  const installed = read.map(({ plugin, values: settings }) => ({ plugin, context: { settings, dataDirectory } }));
  const catalog = catalogOf(config);
  return {
    environment,
    catalog,
    otherTypes: (stands?.otherTypes !== undefined && catalog.find(stands.otherTypes)) || null,
    acceptSettings: toAcceptSettings(environment),
    plugins: installed,
    callbackFormats: formatsOf(installed),
  };
}

function formatsOf(installed: readonly InstalledPlugin[]): CallbackFormats {
  const formats = new Map<string, WriteFormat>();
  for (const { plugin, context } of installed) {
    for (const [kind, write] of Object.entries(plugin.callbackFormats?.(context) ?? {})) {
      if (kind === CLOUD_EVENTS) throw new Error(`the plugin "${plugin.name}" has a callback format "${kind}", which is the service's own`);
      if (formats.has(kind)) throw new Error(`the plugin "${plugin.name}" has a callback format "${kind}", which another has, too`);
      formats.set(kind, write);
    }
  }
  return formats;
}

function unknownTypesFault(asked: string, plugins: readonly Plugin[]): string {
  const names = plugins.filter(({ otherTypes }) => otherTypes !== undefined).map(({ name }) => name);
  return `  UNKNOWN_TYPES: "${asked}" is none of ${['reject', ...names].join(', ')}`;
}
