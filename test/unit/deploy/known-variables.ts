import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { environmentSchema } from '../../../config/environment.ts';

/** What config/environment.ts reads. */
export const ourVariables: readonly string[] = Object.keys(environmentSchema.shape);

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
