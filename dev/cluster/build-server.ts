import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedPath } from '../../engine/cached-path.ts';
import { runCommand } from '../../engine/run-command.ts';

/** 7 minutes on two cores; more where all modules have to come first, or others work too. */
const TIMEOUT_MS = 40 * 60_000;

/** Under its own name a program of Go is called after its folder. */
const PROGRAMS = [
  { source: 'cmd/server', built: 'server', name: 'temporal-server' },
  { source: 'cmd/tools/sql', built: 'sql', name: 'temporal-sql-tool' },
] as const;

/** Where the server of this version and its schema tool are kept, per user and not per checkout. */
function serverFolder(version: string): string {
  return join(dirname(dirname(cachedPath(process.env['XDG_CACHE_HOME']))), `temporal-server-${version}`);
}

export function isServerBuilt(version: string): boolean {
  return PROGRAMS.every(({ name }) => existsSync(join(serverFolder(version), name)));
}

/** Gives the folder with `temporal-server` and `temporal-sql-tool`, built by `go install` where they aren't yet. */
export async function buildServer(version: string, progress: (message: string) => void): Promise<string> {
  const folder = serverFolder(version);
  if (isServerBuilt(version)) return folder;
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(join(folder, 'building-'));
  try {
    progress(`Building Temporal's server ${version} with Go (about 7 minutes, once) …`);
    const modules = PROGRAMS.map(({ source }) => `go.temporal.io/server/${source}@v${version}`);
    const environment = { ...process.env, GOBIN: draft, GOWORK: 'off' };
    const { ok, output } = await runCommand({
      file: 'go',
      arguments: ['install', '-ldflags=-s -w', ...modules],
      timeoutMs: TIMEOUT_MS,
      environment,
    });
    if (!ok) throw new Error(`Temporal's server ${version} can't be built by "go install ${modules.join(' ')}":\n${output}`);
    for (const { built, name } of PROGRAMS) renameSync(join(draft, built), join(folder, name));
    return folder;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
