import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Program {
  /** What it has printed so far. */
  output(): string;
  end(): Promise<void>;
}

/** Starts a TypeScript program of a project, as its scripts do. */
export function startProgram(folder: string, file: string, env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', file], { cwd: folder, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    output: () => output,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
