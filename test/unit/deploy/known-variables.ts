import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { environmentSchema } from '../../../config/environment.ts';
import { readVariables } from '../../../config/read-variables.ts';
import config from '../../../tickless.config.ts';

const schemas = Object.assign({}, environmentSchema.shape, ...(config.plugins ?? []).map(({ settings }) => settings));

/** What config/environment.ts and this service's plugins read. */
export const ourVariables: readonly string[] = Object.keys(schemas);

/** What one of them comes to. @throws Error where it is faulty */
export function readVariable(name: string, text?: string): unknown {
  const { values, faults } = readVariables({ [name]: schemas[name] }, { [name]: text }, () => false);
  if (faults.length > 0) throw new Error(faults.join());
  return values[name];
}

// The client reads these and then does nothing with them.
const WITHOUT_EFFECT = ['TEMPORAL_CODEC_ENDPOINT', 'TEMPORAL_CODEC_AUTH', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];

/** What the Temporal client reads for itself, from its source, so that an update shows. */
export const clientVariables: readonly string[] = readClientVariables();

const HEADER_PREFIX = 'TEMPORAL_GRPC_META_';

export function isKnownVariable(name: string): boolean {
  return ourVariables.includes(name) || clientVariables.includes(name) || name.startsWith(HEADER_PREFIX);
}

function readClientVariables(): readonly string[] {
  const source = readFileSync(createRequire(import.meta.url).resolve('@temporalio/envconfig/lib/envconfig-toml.js'), 'utf8');
  const names = [...source.matchAll(/envProvider\['(TEMPORAL_\w+)'\]/g)].map(([, name]) => name ?? '');
  return [...new Set(names)].filter((name) => !WITHOUT_EFFECT.includes(name));
}
