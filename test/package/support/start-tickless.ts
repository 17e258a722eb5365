import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';
import { freePort } from '../../support/service-process.ts';
import { until } from '../../support/until.ts';

export interface StartOptions {
  /** The project's. */
  readonly folder: string;
  readonly command?: 'start' | 'dev';
  /** What runs it; the Node of this process by default. */
  readonly node?: string;
  /** Instead of what is installed for all. */
  readonly program?: readonly [string, ...string[]];
  /** Besides the port. */
  readonly words?: readonly string[];
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Service {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  output(): string;
  /** Asks it to stop, or ends it at once, and gives its exit code; null where a signal has ended it, or it has ended before. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** The command of the package that is installed. */
export function cli(): string {
  return join(inject('installation').folder, 'node_modules/tickless/cli/tickless.mjs');
}

/** Starts `tickless start`, or `dev`, in a project, and waits until it is ready. */
export async function startTickless(options: StartOptions): Promise<Service> {
  const { folder, command = 'start', node = process.execPath, port = await freePort(), env = {} } = options;
  const [program, ...rest] = options.program ?? [node, cli()];
  const words = [...rest, command, ...(options.words ?? []), '--port', String(port)];
  const url = `http://127.0.0.1:${port}`;
  const { TEMPORAL_ADDRESS: _ours, ...inherited } = process.env;
  const child = spawn(program, words, {
    cwd: folder,
    // No test cuts the power.
    env: { ENGINE_SYNC: 'normal', ...inherited, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until(
    'it is ready',
    async () => {
      if (hasEnded(child)) throw new Error(output);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
    },
    120_000,
  );
  return {
    url,
    port,
    pid: child.pid ?? 0,
    output: () => output,
    async end(signal = 'SIGTERM') {
      if (hasEnded(child)) return null;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
