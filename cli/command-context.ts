import type { Command } from 'commander';
import { createClient } from '../client/create-client.ts';
import type { TicklessClient } from '../client/create-client.ts';
import { outlineProgram } from './completion/outline-program.ts';
import type { ProgramOutline } from './completion/outline-program.ts';
import { createPaint } from './render.ts';
import type { Paint } from './render.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly client: TicklessClient;
  readonly paint: Paint;
  readonly isJson: boolean;
  /** All commands, as they are defined. */
  readonly outline: () => ProgramOutline;
  /** Writes data: a line of JSON for machines, else the text for people. */
  readonly print: (data: unknown, text: string) => void;
}

interface GlobalOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly json?: boolean;
}

interface CommandCall {
  readonly program: Command;
  readonly command: Command;
  readonly terminal: Terminal;
}

const DEFAULT_PORT = '3000';

/**
 * Flags win over the environment. Without an address the service is on this machine, where its own settings have it listen: what is
 * wrong with these is said to clients alone, since a service that is started says it itself.
 */
export function createCommandContext({ program, command, terminal }: CommandCall): CommandContext {
  const { url, apiKey, json = false } = command.optsWithGlobals<GlobalOptions>();
  const { TICKLESS_URL, TICKLESS_API_KEY, PORT } = terminal.environment;
  return {
    terminal,
    get client() {
      const address = url ?? (TICKLESS_URL || `http://127.0.0.1:${PORT || DEFAULT_PORT}`);
      if (!URL.canParse(address) || !/^https?:/.test(address)) command.error(`error: "${address}" is not an http address`);
      return createClient({ url: address, apiKey: apiKey ?? (TICKLESS_API_KEY || undefined) });
    },
    paint: createPaint(terminal.hasColors && !json),
    isJson: json,
    outline: () => outlineProgram(program),
    print: (data, text) => terminal.out(json ? `${JSON.stringify(data)}\n` : text),
  };
}
