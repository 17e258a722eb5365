import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 200;

/**
 * Waits until no other process installs packages in this folder. The lock names the processes that do the work, a line each,
 * and holds for as long as one of them lives. It lies in the project's cache, where all who install here look, whatever they have
 * for a folder of temporary files; a copy of the project has another one, by its name.
 *
 * @param {string} root the project's folder
 * @param {(message: string) => void} say told once if there is somebody to wait for
 * @returns {Promise<{ share(pid: number): void, release(): void }>} `share` names another process that does the work
 */
export async function takeInstallLock(root, say) {
  const key = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16);
  const cache = join(root, '.cache/tickless');
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `install-${key}.lock`);
  const draft = `${file}.${process.pid}`;
  const own = describeProcess(process.pid) ?? '';
  process.on('exit', () => rmSync(draft, { force: true }));
  writeFileSync(draft, own);
  for (let isFirst = true; !tryLink(draft, file);) {
    const worker = findWorker(file);
    if (worker === undefined) {
      removeStale(file);
      continue;
    }
    if (isFirst) say(`another process (pid ${worker}) is installing packages here; waiting for it …`);
    isFirst = false;
    await pause(LOOK_EVERY_MS);
  }
  return {
    share(pid) {
      // The draft is the lock by another name: writing to it would change the lock bit by bit.
      rmSync(draft, { force: true });
      writeFileSync(draft, `${own}\n${describeProcess(pid) ?? ''}`);
      renameSync(draft, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** The pid of one that the lock names and that lives. */
function findWorker(file) {
  const lines = readIfThere(file)?.split('\n') ?? [];
  return lines.map((line) => [line, Number.parseInt(line, 10)]).find(([line, pid]) => pid > 0 && describeProcess(pid) === line)?.[1];
}

/** Takes away the lock of dead processes, and gives it back should another have renewed it between the look and the rename. */
function removeStale(file) {
  const grave = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, grave);
  } catch {
    return;
  }
  if (findWorker(grave) !== undefined) tryLink(grave, file);
  rmSync(grave, { force: true });
}

/**
 * The pid and, where `/proc` tells it, the start time: a pid alone is given to another process sooner or later. Undefined
 * for one that has ended, be it that its parent hasn't collected it, which in a container may never happen.
 */
function describeProcess(pid) {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /[ZX]/.test(state) ? undefined : `${pid} ${fields[18]}`;
  }
  try {
    process.kill(pid, 0);
    return `${pid}`;
  } catch {
    return undefined;
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
