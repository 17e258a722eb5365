import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { followNpm } from '../dev/follow-parent.mjs';
import { startTools } from '../dev/tools/start-tools.ts';

export interface DevProjectOptions {
  readonly folder: string;
  /** Instead of `tickless.config.ts` there. */
  readonly config?: string | undefined;
  readonly tell: (text: string) => void;
}

// The next process is made ready once this one has had the time to start: it would take the processor from it.
const STANDS_BY_AFTER_MS = 5_000;
// Editors write a file in several steps.
const SETTLES_AFTER_MS = 100;
// What a config may import, and the settings: what handlers write beside it, as a log or a database, is none of these.
const WATCHED = /\.(?:[cm]?[jt]sx?|json)$|^\.env$/;
const IGNORED = /(^|[/\\])(node_modules|dist|coverage|\.[^/\\]*)([/\\]|$)/;
const SETTINGS = '.env';

/**
 * Runs a project as `tickless start` does, and again when one of its files changes. Its process is killed for that: what is under
 * way goes on in the next, as after any crash, on the same engine. The next one stands by, with everything read but the project.
 * A process that somebody else has killed is replaced at once.
 */
export async function devProject({ folder, config, tell }: DevProjectOptions): Promise<number> {
  const { stop: stopTools, ...devTools } = await startTools();
  let child: ChildProcess | null = null;
  let standby: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  let standbyTimer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  // One after the other.
  let restarting = Promise.resolve();

  function prepare(): ChildProcess {
    const [program = '', ...words] = devProgram();
    return fork(program, words, { cwd: folder });
  }

  function start(): void {
    clearTimeout(standbyTimer);
    const next = standby ?? prepare();
    child = next;
    standby = null;
    next.once('exit', (code, signal) => {
      if (child !== next) return;
      child = null;
      if (stopping.signal.aborted) return;
      if (signal === 'SIGKILL') {
        tell('It was killed, and is started again.\n');
        start();
      } else if (code !== 0) tell('It ended. It is started again when a file changes.\n');
    });
    // Of one that has ended meanwhile its exit tells.
    next.send({ folder, config, devTools }, () => undefined);
    standbyTimer = setTimeout(() => {
      const prepared = prepare();
      standby = prepared;
      prepared.once('exit', () => {
        if (standby === prepared) standby = null;
      });
    }, STANDS_BY_AFTER_MS);
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
  watcher.on('error', (error: NodeJS.ErrnoException) => {
    // A folder that was gone before it could be looked into, as one in which the project is compiled.
    if (error.code !== 'ENOENT') tell(`Changes are not seen any more: ${error.message}\n`);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  followNpm();
  start();
  await once(stopping.signal, 'abort');
  watcher.close();
  clearTimeout(timer);
  clearTimeout(standbyTimer);
  (standby as ChildProcess | null)?.kill('SIGKILL');
  const last = child as ChildProcess | null;
  const code = last === null ? 0 : await end(last);
  await stopTools();
  return code;
}

/** Asks it to stop, and gives its exit code. */
async function end(process: ChildProcess): Promise<number> {
  // A Ctrl-C has reached it already; another signal would be a second one.
  process.kill('SIGTERM');
  const [code] = (await once(process, 'exit')) as [number | null];
  return code ?? 0;
}

/** What Node runs for one, and with which words. */
function devProgram(): readonly string[] {
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  return import.meta.url.endsWith('.ts') ? [file('../dev/run.mjs'), 'project/dev-process.ts'] : [file('dev-process.js')];
}
