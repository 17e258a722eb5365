import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from '../../engine/run-command.ts';

/** Where Debian's packages keep what isn't for users. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const TIMEOUT_MS = 10 * 60_000;

/** The folder with `postgres`, `initdb` and `psql`; installs Debian's package where this user may and there is none. */
export async function findPostgres(progress: (message: string) => void): Promise<string> {
  const found = look();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'No PostgreSQL server was found. Install one ("apt-get install postgresql" on Debian), or put its folder of programs on the PATH.',
    );
  }
  progress('Installing PostgreSQL by apt-get …');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...words: string[]) => runCommand({ file: 'apt-get', arguments: words, timeoutMs: TIMEOUT_MS, environment });
  await apt('update');
  const { output } = await apt('install', '-y', '--no-install-recommends', 'postgresql');
  const installed = look();
  if (installed === undefined) throw new Error(`"apt-get install postgresql" gave no PostgreSQL server:\n${output}`);
  return installed;
}

function look(): string | undefined {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN_FOLDER, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.find((folder) => ['postgres', 'initdb', 'psql'].every((name) => isProgram(join(folder, name))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
