import { spawn } from 'node:child_process';

interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly timeoutMs: number;
  readonly environment?: NodeJS.ProcessEnv;
  /** It is ended with all that it has started. A Ctrl-C in the terminal doesn't reach it then. */
  readonly ownGroup?: boolean;
}

export interface CommandResult {
  /** Whether it ran to its end and said that all is well. */
  readonly ok: boolean;
  /** The end of what it printed, or why it couldn't be run. */
  readonly output: string;
}

const KEPT_OUTPUT_CHARACTERS = 4_000;

/** Runs a command to its end, or until the time is up or this process exits. Never throws. */
export async function runCommand({ file, arguments: words, timeoutMs, environment, ownGroup = false }: Command): Promise<CommandResult> {
  return await new Promise((resolve) => {
    const child = spawn(file, words, { detached: ownGroup, stdio: ['ignore', 'pipe', 'pipe'], env: environment ?? process.env });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);

    const end = (): void => kill(child.pid, ownGroup);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, timeoutMs);
    process.once('exit', end);

    const finish = (result: CommandResult): void => {
      clearTimeout(timer);
      process.off('exit', end);
      resolve(result);
    };
    child.on('error', (error) => finish({ ok: false, output: error.message }));
    child.on('close', (code) => {
      const text = isLate ? `${output.trim()}\ngiven up after ${timeoutMs / 1_000} s` : output;
      finish({ ok: code === 0 && !isLate, output: text.trim() });
    });
  });
}

function kill(pid: number | undefined, isGroup: boolean): void {
  if (pid === undefined) return;
  try {
    process.kill(isGroup ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
