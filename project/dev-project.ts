import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { followNpm } from '../dev/follow-parent.mjs';

export interface DevProjectOptions {
  readonly folder: string;
  /** What "tickless start" is to be given. */
  readonly words: readonly string[];
  readonly tell: (text: string) => void;
}

// Editors write a file in several steps.
const SETTLES_AFTER_MS = 100;
// What a config may import, and the settings: what handlers write beside it, as a log or a database, is none of these.
const WATCHED = /\.(?:[cm]?[jt]sx?|json)$|^\.env$/;
const IGNORED = /(^|[/\\])(node_modules|dist|coverage|\.[^/\\]*)([/\\]|$)/;
const SETTINGS = '.env';

/**
 * Runs a project as `tickless start` does, and again when one of its files changes. Its process is killed for that: what is under
 * way goes on in the next, as after any crash, on the same engine.
 */
export async function devProject({ folder, words, tell }: DevProjectOptions): Promise<number> {
  const cli = fileURLToPath(new URL('../cli/main.js', import.meta.url));
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  // One after the other.
  let restarting = Promise.resolve();

  function start(): void {
    const next = spawn(process.execPath, [cli, 'start', ...words], { cwd: folder, stdio: 'inherit' });
    child = next;
    next.once('exit', (code) => {
      if (child !== next) return;
      child = null;
      if (!stopping.signal.aborted && code !== 0) tell('It ended. It is started again when a file changes.\n');
    });
  }

  async function restart(file: string): Promise<void> {
    tell(`${file} has changed.\n`);
    const before = child;
    child = null;
    if (before !== null && before.exitCode === null) {
      before.kill('SIGKILL');
      await once(before, 'exit');
    }
    if (!stopping.signal.aborted) start();
  }

  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name === null || !WATCHED.test(name) || (IGNORED.test(name) && name !== SETTINGS)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      restarting = restarting.then(() => restart(name));
    }, SETTLES_AFTER_MS);
  });
  watcher.on('error', (error) => tell(`Changes are not seen any more: ${error.message}\n`));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  followNpm();
  start();
  await once(stopping.signal, 'abort');
  watcher.close();
  clearTimeout(timer);
  const last = child as ChildProcess | null;
  if (last === null) return 0;
  // A Ctrl-C has reached it already; another signal would be a second one.
  last.kill('SIGTERM');
  const [code] = (await once(last, 'exit')) as [number | null];
  return code ?? 0;
}
