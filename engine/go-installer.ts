import { join } from 'node:path';
import type { Installer } from './installer.ts';
import { runCommand } from './run-command.ts';
import { PINNED_VERSION } from './version.ts';

const module = `github.com/temporalio/cli/cmd/temporal@v${PINNED_VERSION.cli}`;

/** About 2 minutes on two cores; 20 leave room for a slow machine that has to download every module first. */
const TIMEOUT_MS = 20 * 60_000;

export function createGoInstaller(searchPath: string): Installer {
  return {
    title: `Building the Temporal CLI ${PINNED_VERSION.cli} with Go (2 to 4 minutes, once)`,
    async install(folder) {
      // A go.work of a folder above must not have a say in it.
      const environment = { ...process.env, PATH: searchPath, GOBIN: folder, GOWORK: 'off' };
      const { ok, output } = await runCommand({ file: 'go', arguments: ['install', module], timeoutMs: TIMEOUT_MS, environment });
      return ok ? { ok: true, path: join(folder, 'temporal') } : { ok: false, reason: output };
    },
  };
}
