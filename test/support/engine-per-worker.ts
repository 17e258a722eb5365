import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { startEngine } from '../../engine/start-engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** In the order of the processes' pool ids. */
    engineAddresses: readonly string[];
  }
}

/**
 * Starts an engine for each process that runs test files, in a temporary directory and on free ports: two files that run at
 * once would take each other's tasks from one. For all that need no engine of their own.
 */
export async function setup({ provide, vitest }: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-engines-'));
  const { TEMPORAL_ADDRESS: _ours, ...variables } = process.env;
  const environment = parseEnvironment({ TEMPORAL_CLI_PATH: variables['TEMPORAL_CLI_PATH'] });
  const engines: Awaited<ReturnType<typeof startEngine>>[] = [];
  while (engines.length < vitest.config.maxWorkers) {
    engines.push(
      await startEngine({
        environment,
        dataDirectory: join(dataDirectory, String(engines.length)),
        logger: createLogger('warn'),
        progress: (message) => process.stderr.write(`${message}\n`),
        headless: true,
        preferredPorts: { server: 0, ui: 0 },
      }),
    );
  }
  provide(
    'engineAddresses',
    engines.map(({ address }) => address),
  );
  return async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await rm(dataDirectory, { recursive: true, force: true });
  };
}
