import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Installer } from './installer.ts';
import { runCommand } from './run-command.ts';
import { PINNED_VERSION } from './version.ts';

const version = `v${PINNED_VERSION.cli}`;

// In a process of its own: the SDK's download can't be stopped, starts a server at once, and installs the SDK's runtime,
// which the service has to configure itself. It ends itself a little later than we end it, should we be gone by then.
const script = `
  const [module, downloadDir, version, timeoutMs] = process.argv.slice(1);
  setTimeout(() => process.exit(1), Number(timeoutMs) + 5_000).unref();
  const { TestWorkflowEnvironment } = await import(module);
  const executable = { type: 'cached-download', version, downloadDir };
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
`;

interface DownloadOptions {
  readonly timeoutMs: number;
  /** What is imported in place of `@temporalio/testing`; for tests. */
  readonly testingModule?: string;
}

/** The download that the Temporal SDK brings with it; without a network it fails in under a second. */
export function createDownloadInstaller({ timeoutMs, testingModule }: DownloadOptions): Installer {
  return {
    title: `Downloading the Temporal CLI ${PINNED_VERSION.cli}`,
    async install(folder) {
      const module = testingModule ?? createRequire(import.meta.url).resolve('@temporalio/testing');
      const words = ['--input-type=module', '--eval', script, module, folder, version, String(timeoutMs)];
      const { ok, output } = await runCommand({ file: process.execPath, arguments: words, timeoutMs, ownGroup: true });
      return ok ? { ok: true, path: join(folder, `temporal-${version}`) } : { ok: false, reason: shorten(output) };
    },
  };
}

/** The SDK's error without the stack and the properties that Node prints around it. */
function shorten(output: string): string {
  return /^\s*\[?\w*Error: .*$/m.exec(output)?.[0].trim() ?? output;
}
