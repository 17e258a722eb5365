import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentSchema } from '../config/environment.ts';
import { readVariables } from '../config/read-variables.ts';
import { originOf } from '../config/value-origin.ts';
import type { Config } from './define-config.ts';
import { secretsOf } from './secrets-of.ts';

/** A variable of the environment, and what holds for it. */
export interface ListedSetting {
  readonly name: string;
  /** As it is written; null where there is none, `(secret)` for what is never shown. */
  readonly value: string | null;
  readonly from: string;
}

const HIDDEN = '(secret)';
// The engine's client reads these for itself.
const CLIENT_VARIABLE = /^TEMPORAL_/;

/** All settings of a project, its plugins' after the service's own; of those of the engine's client, what is set. */
export function listSettings(
  { plugins = [] }: Pick<Config, 'plugins'>,
  variables: Readonly<Record<string, string | undefined>>,
): readonly ListedSetting[] {
  const schemas = Object.assign({}, environmentSchema.shape, ...plugins.map(({ settings }) => settings ?? {}));
  const isHidden = secretsOf(plugins);
  const written = writtenDefaults();
  const { values } = readVariables(schemas, {}, isHidden);
  const isSet = (name: string): boolean => variables[name] !== undefined && variables[name] !== '';
  const names = [
    ...Object.keys(schemas),
    ...Object.keys(variables)
      .filter((name) => CLIENT_VARIABLE.test(name) && isSet(name))
      .toSorted(),
  ];
  return [...new Set(names)].map((name) => {
    if (isSet(name)) return { name, value: isHidden(name) ? HIDDEN : (variables[name] ?? null), from: originOf(name) };
    const value = written[name] ?? (values[name] === undefined ? '' : JSON.stringify(values[name]));
    return { name, value: value === '' ? null : value, from: 'default' };
  });
}

/** As `.env.example` writes them: a duration is there as it would be set. */
function writtenDefaults(): Readonly<Record<string, string | undefined>> {
  const folder = dirname(createRequire(import.meta.url).resolve('tickless/package.json'));
  return parseEnv(readFileSync(join(folder, '.env.example'), 'utf8').replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
}
