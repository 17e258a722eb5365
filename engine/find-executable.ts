import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { checkExecutable } from './check-executable.ts';
import { EngineError } from './engine-error.ts';
import { installExecutable } from './install-executable.ts';
import type { Installer } from './installer.ts';
import { PINNED_VERSION } from './version.ts';
import { withProgress } from './with-progress.ts';

export interface ExecutableSearch {
  /** `TEMPORAL_CLI_PATH`: who names one means that one, so no other way is tried. */
  readonly configuredPath: string | undefined;
  /** In the form of `PATH`. */
  readonly searchPath: string;
  /** Where an installed executable is kept, for all checkouts of this user. */
  readonly cachedPath: string;
  /** Tried in order. */
  readonly installers: readonly Installer[];
  readonly progress: (message: string) => void;
}

/**
 * Finds the Temporal CLI with the pinned server, or installs it.
 * @throws EngineError `engine_version` if the configured one doesn't fit, `engine_not_found` if every way failed
 */
export async function findExecutable(search: ExecutableSearch): Promise<string> {
  if (search.configuredPath !== undefined) return await checkConfigured(search.configuredPath);
  for (const path of candidates(search)) {
    const check = await checkExecutable(path);
    if (check.fits) return path;
    search.progress(`Passed over "${path}": ${check.reason}.`);
  }
  return await install(search);
}

async function checkConfigured(path: string): Promise<string> {
  const check = await checkExecutable(path);
  if (check.fits) return path;
  throw new EngineError('engine_version', `TEMPORAL_CLI_PATH is "${path}", but ${check.reason}.`);
}

function candidates({ searchPath, cachedPath }: ExecutableSearch): readonly string[] {
  const onPath = searchPath.split(delimiter).map((folder) => join(folder, 'temporal'));
  return [...new Set([...onPath, cachedPath])].filter((path) => isAbsolute(path) && isExecutableFile(path));
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function install(search: ExecutableSearch): Promise<string> {
  const failures: string[] = [];
  for (const installer of search.installers) {
    const installation = await withProgress(`${installer.title} …`, search.progress, () => installExecutable(installer, search.cachedPath));
    if (installation.ok) return installation.path;
    failures.push(`  - ${installer.title}: ${installation.reason}`);
  }
  throw notFound(search.cachedPath, failures);
}

function notFound(cachedPath: string, failures: readonly string[]): EngineError {
  const { cli, server } = PINNED_VERSION;
  return new EngineError(
    'engine_not_found',
    [
      `No Temporal server could be found, downloaded or built. Any one of these helps:`,
      `  - set TEMPORAL_ADDRESS to the host:port of a running Temporal server`,
      `  - set TEMPORAL_CLI_PATH to the Temporal CLI ${cli} (server ${server}): https://github.com/temporalio/cli/releases/tag/v${cli}`,
      `  - put that "temporal" on the PATH, or at "${cachedPath}"`,
      `  - set XDG_CACHE_HOME to a folder that can be written, if "${dirname(cachedPath)}" (by XDG_CACHE_HOME, else HOME) can't`,
      `  - let this machine reach https://temporal.download, and start again`,
      `  - install Go, and start again: it runs "go install github.com/temporalio/cli/cmd/temporal@v${cli}"`,
      `What failed:`,
      ...failures,
    ].join('\n'),
  );
}
