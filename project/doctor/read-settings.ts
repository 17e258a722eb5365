import { createCatalog } from '../../domain/catalog.ts';
import type { Catalog } from '../../domain/catalog.ts';
import { environmentSchema } from '../../config/environment.ts';
import type { Environment } from '../../config/environment.ts';
import { readVariables } from '../../config/read-variables.ts';
import { isSecret } from '../../config/secrets.ts';
import { compose } from '../compose.ts';
import { loadProject } from '../load-project.ts';
import { fault, ok } from './finding.ts';
import type { Finding } from './finding.ts';
import { reasonOf } from './reason-of.ts';

export interface ReadSettings {
  readonly findings: readonly Finding[];
  /** Without those that have faults. */
  readonly settings: Partial<Environment>;
  /** Empty where the project can't be read. */
  readonly catalog: Catalog;
}

/** Reads what `tickless start`, `api` and `worker` read, and goes on with the rest where some of it is wrong. */
export async function readSettings(folder: string, config: string | undefined): Promise<ReadSettings> {
  const loaded = await loadProject(folder, config).then(
    (project) => ({ project, reason: null }),
    (error: unknown) => ({ project: null, reason: reasonOf(error) }),
  );
  const { values: settings, faults } = readVariables(environmentSchema.shape, process.env, isSecret);
  // Those of secrets are told of by the check of them, which says which one it is.
  const lines = faults.map((line) => line.trim()).filter((line) => !line.startsWith('WEBHOOK_SECRETS:'));
  const findings = [
    ...(loaded.reason === null ? [] : [fault('settings', loaded.reason, 'Mend the project, or call this in its folder.')]),
    ...lines.map((line) => fault('settings', `${line}.`, 'Mend the variable; .env.example explains each.')),
  ];
  if (loaded.project === null || faults.length > 0) return { findings, settings, catalog: createCatalog([]) };
  try {
    const { catalog } = compose(loaded.project.config, process.env);
    return { findings: [ok('settings', 'The config and all variables can be read.')], settings, catalog };
  } catch (error) {
    return { findings: [fault('settings', reasonOf(error), 'Mend the config.')], settings, catalog: createCatalog([]) };
  }
}
