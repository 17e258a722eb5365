import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  output(): string;
  hasEnded(): boolean;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts one of the test mains of this folder as a process of its own.
 * @param nodeOptions for Node itself, which its worker threads inherit
 */
export function startChild(main: string, env: Readonly<Record<string, string>>, nodeOptions: readonly string[] = []): Child {
  const { TEMPORAL_ADDRESS: _ours, ...inherited } = process.env;
  const run = fileURLToPath(new URL('../../dev/run.mjs', import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, run, `test/support/${main}`], {
    // No test cuts the power.
    env: { ENGINE_SYNC: 'normal', ...inherited, HOST: '127.0.0.1', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    pid: child.pid ?? 0,
    exited: once(child, 'exit').then(([code]) => code as number | null),
    output: () => output,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: (signal) => child.kill(signal),
  };
}
