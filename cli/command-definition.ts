import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

export interface CommandDefinition<Options> {
  /** As commander writes it: `get <id>`. */
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** Adds the options. */
  readonly configure?: (command: Command) => Command;
  /** Adds commands of its own, which are named after it: `dead-letters replay`. */
  readonly commands?: readonly ((add: AddCommand) => void)[];
  /**
   * Gets the positional values in their order, and gives the process's exit code: 0, or 1 when what was asked for failed.
   * @throws TicklessError, UsageError
   */
  readonly action: (context: CommandContext, options: Options, ...values: string[]) => Promise<number>;
}

/** Adds a command to the program. */
export type AddCommand = <Options extends object>(definition: CommandDefinition<Options>) => void;
