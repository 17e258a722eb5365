import type { Readable } from 'node:stream';

/** What a command has of the world it was called in. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Data, which may be piped on. */
  readonly out: (text: string) => void;
  /** Messages to whoever is there. */
  readonly err: (text: string) => void;
  /** Whether messages go to a screen, on which a line can be rewritten. */
  readonly isLive: boolean;
  readonly hasColors: boolean;
  readonly columns: number;
  /** Aborts at the first Ctrl-C from now on; the second ends the process. */
  readonly interruption: () => AbortSignal;
}

/**
 * The process's own terminal. `NO_COLOR` counts if it isn't empty (no-color.org).
 * @param settings variables for what the process's environment doesn't set
 */
export function createTerminal(process: NodeJS.Process, settings: Terminal['environment'] = {}): Terminal {
  const { stdin, stdout, stderr, env } = process;
  // Whoever reads may leave early, as `head` does.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const isDumb = env['TERM'] === 'dumb';
  return {
    environment: { ...settings, ...env },
    stdin,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    isLive: stderr.isTTY && !isDumb,
    hasColors: stdout.isTTY && !isDumb && !env['NO_COLOR'],
    columns: stderr.columns ?? 80,
    interruption: () => {
      const interrupted = new AbortController();
      process.once('SIGINT', () => interrupted.abort());
      return interrupted.signal;
    },
  };
}
