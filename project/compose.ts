import { resolve } from 'node:path';
import type { InstalledPlugin } from '../api/installed-plugin.ts';
import type { Plugin } from '../api/plugin.ts';
import { environmentSchema, SECRET_VARIABLES } from '../config/environment.ts';
import type { Environment } from '../config/environment.ts';
import { readVariables, refuseFaults } from '../config/read-variables.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { CallbackFormats } from '../domain/callback-format.ts';
import type { EventDefinition } from '../domain/define-event.ts';
import { catalogOf } from './define-config.ts';
import type { Config } from './define-config.ts';

/** A config with the settings that hold for it: all that a process of the service is made of. */
export interface Composition {
  readonly environment: Environment;
  readonly catalog: Catalog;
  /** Accepts every type that the catalog lacks; null to reject them. */
  readonly otherTypes: EventDefinition | null;
  readonly plugins: readonly InstalledPlugin[];
  readonly callbackFormats: CallbackFormats;
}

/** @throws Error that names every faulty variable at once, those of plugins too */
export function compose(config: Config, variables: Readonly<Record<string, string | undefined>>): Composition {
  const { values, faults } = readVariables(environmentSchema.shape, variables, SECRET_VARIABLES);
  const environment = values as Environment;
  const { plugins = [] } = config;
  const read = plugins.map((plugin) => ({ plugin, ...readVariables(plugin.settings ?? {}, variables, plugin.secrets ?? []) }));
  const { UNKNOWN_TYPES: asked } = environment;
  const stands = plugins.find(({ name, otherTypes }) => name === asked && otherTypes !== undefined);
  const allFaults = [
    ...faults,
    ...read.flatMap((one) => one.faults),
    ...(asked === 'reject' || asked === undefined || stands ? [] : [unknownTypesFault(asked, plugins)]),
  ];
  refuseFaults(allFaults);
  const dataDirectory = resolve(environment.TICKLESS_DATA);
  const installed = read.map(({ plugin, values: settings }) => ({ plugin, context: { settings, dataDirectory } }));
  const catalog = catalogOf(config);
  return {
    environment,
    catalog,
    otherTypes: (stands?.otherTypes !== undefined && catalog.find(stands.otherTypes)) || null,
    plugins: installed,
    callbackFormats: new Map(installed.flatMap(({ plugin, context }) => Object.entries(plugin.callbackFormats?.(context) ?? {}))),
  };
}

function unknownTypesFault(asked: string, plugins: readonly Plugin[]): string {
  const names = plugins.filter(({ otherTypes }) => otherTypes !== undefined).map(({ name }) => name);
  return `  UNKNOWN_TYPES: "${asked}" is none of ${['reject', ...names].join(', ')}`;
}
