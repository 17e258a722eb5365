import { Readable } from 'node:stream';
import { runCli } from '../../../cli/run-cli.ts';
import type { Terminal } from '../../../cli/terminal.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface CliCall extends Partial<Pick<Terminal, 'environment' | 'isLive' | 'hasColors' | 'columns'>> {
  readonly stdin?: string;
  readonly interruption?: AbortSignal;
}

/** Calls the command as a shell would, but in this process. */
export async function callCli(parameters: readonly string[], call: CliCall = {}): Promise<CliResult> {
  const { stdin = '', interruption = new AbortController().signal, ...world } = call;
  let out = '';
  let err = '';
  const exitCode = await runCli(parameters, {
    environment: {},
    isLive: false,
    hasColors: false,
    columns: 80,
    ...world,
    stdin: Readable.from([stdin]),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interruption: () => interruption,
  });
  return { exitCode, out, err };
}
