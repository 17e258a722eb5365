import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { startEngine } from '../../engine/start-engine.ts';
import { cluster, makeNamespace } from './cluster.ts';
import type { TestEngine } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    engines: {
      readonly engines: readonly TestEngine[];
      /** A folder where each process says which is its own. */
      readonly claims: string;
    };
  }
}

/**
 * Starts an engine for each process that runs test files, in a temporary directory and on free ports: two files that run at
 * once would take each other's tasks from one. For all that need no engine of their own. On a cluster each has a namespace.
 */
export async function setup({ provide, vitest }: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-engines-'));
  const engines: Awaited<ReturnType<typeof startEngine>>[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(engines.map((engine) => engine.stop()));
    await rm(dataDirectory, { recursive: true, force: true });
  };
  if (cluster !== undefined) {
    const names = Array.from({ length: vitest.config.maxWorkers }, (_, index) => `worker-${index}-${randomUUID()}`);
    const made: TestEngine[] = [];
    for (const namespace of names) made.push(await makeNamespace(cluster, namespace));
    provide('engines', { engines: made, claims: dataDirectory });
    return stop;
  }
  try {
    while (engines.length < vitest.config.maxWorkers) engines.push(await start(join(dataDirectory, String(engines.length))));
  } catch (error) {
    await stop();
    throw error;
  }
  provide('engines', { engines: engines.map(({ address }) => ({ address, namespace: 'default' })), claims: dataDirectory });
  return stop;
}

function start(dataDirectory: string): ReturnType<typeof startEngine> {
  return startEngine({
    environment: parseEnvironment({ TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'], ENGINE_SYNC: 'normal' }),
    dataDirectory,
    logger: createLogger('warn'),
    progress: (message) => process.stderr.write(`${message}\n`),
    headless: true,
    preferredPorts: { server: 0, ui: 0 },
  });
}
