import type { Logger } from '../config/logger.ts';
import type { Catalog } from '../domain/catalog.ts';
import type { Ask } from '../domain/question.ts';

export interface ReportMissingSchemasOptions {
  readonly catalog: Catalog;
  readonly ask: Ask;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Says in one line of the log which types give no JSON Schema of their data: the catalog and OpenAPI can't show what these take.
 * Types that don't answer are left out. It never rejects.
 */
export async function reportMissingSchemas({ catalog, ask, logger }: ReportMissingSchemasOptions): Promise<void> {
  const types: string[] = [];
  // One at a time: the processes that answer also run handlers, which go first.
  for (const { type, data } of catalog.definitions) {
    // zod describes whatever it takes, so its types needn't be asked.
    if (data['~standard'].vendor === 'zod') continue;
    const description = await ask({ kind: 'describe', type }).catch(() => null);
    if (description !== null && description.schema === null) types.push(type);
  }
  if (types.length === 0) return;
  logger.warn({ types }, 'these types give no JSON Schema of their data: OpenAPI shows {}, and the catalog "schema": null');
}
