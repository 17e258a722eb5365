import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedPath } from '../../engine/cached-path.ts';
import { createDownloadInstaller } from '../../engine/download-installer.ts';
import { findExecutable } from '../../engine/find-executable.ts';
import { createGoInstaller } from '../../engine/go-installer.ts';
import { buildServer, isServerBuilt } from './build-server.ts';
import { serverVersion } from './compose-plan.ts';
import { findPostgres } from './find-postgres.ts';
import { startCluster } from './start-cluster.ts';

const DOWNLOAD_TIMEOUT_MS = 60_000;

/** Runs the tests for a cluster, against one that is started for them; gives the exit code. */
export async function testCluster(root: string, words: readonly string[]): Promise<number> {
  const version = serverVersion(readFileSync(join(root, 'docker-compose.yml'), 'utf8'));
  if (words.includes('--if-built') && !isServerBuilt(version)) {
    say(`Temporal's server ${version} is not built here; "npm run test:cluster" builds it.`);
    return 0;
  }
  const searchPath = process.env['PATH'] ?? '';
  const programs = {
    postgres: await findPostgres(say),
    server: await buildServer(version, say),
    temporal: await findExecutable({
      configuredPath: process.env['TEMPORAL_CLI_PATH'],
      searchPath,
      cachedPath: cachedPath(process.env['XDG_CACHE_HOME']),
      installers: [createDownloadInstaller({ timeoutMs: DOWNLOAD_TIMEOUT_MS }), createGoInstaller(searchPath)],
      progress: say,
    }),
  };
  const cluster = await startCluster(root, programs);
  try {
    return await runVitest(
      root,
      cluster.folder,
      words.filter((word) => word !== '--if-built'),
    );
  } finally {
    await cluster.stop();
  }
}

async function runVitest(root: string, folder: string, words: readonly string[]): Promise<number> {
  const { TEMPORAL_ADDRESS: _address, ...environment } = process.env;
  const vitest = spawn(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(root, 'vitest.cluster.config.ts'), ...words],
    { cwd: root, env: { ...environment, TEST_CLUSTER: folder }, stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => vitest.kill(signal));
  const [code] = (await once(vitest, 'exit')) as [number | null];
  return code ?? 1;
}

function say(message: string): void {
  process.stderr.write(`Tickless: ${message}\n`);
}
