import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

interface KeptProgram {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** What it prints. */
  readonly log: string;
  /** Where its process id is written, for whoever wants to end it. */
  readonly pidFile: string;
  /** Asks it to end. */
  readonly stopSignal: NodeJS.Signals;
}

export interface Kept {
  stop(): Promise<void>;
}

/** As a container engine waits, so that a program that can't start is not started all the time. */
const RESTART_AFTER_MS = 500;
const STOP_WITHIN_MS = 20_000;

/** Starts a program again whenever it ends, as `restart: unless-stopped` does. It ends with this process, however that ends. */
export function keepRunning(program: KeptProgram): Kept {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const log = openSync(program.log, 'a');
      child = spawn('setpriv', ['--pdeathsig', 'KILL', program.file, ...program.arguments], {
        env: { PATH: process.env['PATH'], ...program.variables },
        stdio: ['ignore', log, log],
        ...program.user,
      });
      closeSync(log);
      const ended = once(child, 'exit');
      writeFileSync(program.pidFile, String(child.pid));
      await ended;
      rmSync(program.pidFile, { force: true });
      await pause(RESTART_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      child?.kill(program.stopSignal);
      const force = setTimeout(() => child?.kill('SIGKILL'), STOP_WITHIN_MS);
      await running;
      clearTimeout(force);
    },
  };
}
