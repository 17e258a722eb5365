import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { startEngine } from '../../engine/start-engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    engineAddress: string;
  }
}

/** Starts one engine, in a temporary directory and on free ports, for all test files that need no engine of their own. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-engine-'));
  const { TEMPORAL_ADDRESS: _ours, ...variables } = process.env;
  const engine = await startEngine({
    environment: parseEnvironment({ TEMPORAL_CLI_PATH: variables['TEMPORAL_CLI_PATH'] }),
    dataDirectory,
    logger: createLogger('warn'),
    progress: (message) => process.stderr.write(`${message}\n`),
    headless: true,
    preferredPorts: { server: 0, ui: 0 },
  });
  provide('engineAddress', engine.address);
  return async () => {
    await engine.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
}
