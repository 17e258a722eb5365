import { Command, CommanderError } from 'commander';
import { TicklessError } from '../client/tickless-error.ts';
import { createCommandContext } from './command-context.ts';
import { batchCommand } from './commands/batch.ts';
import { cancelCommand } from './commands/cancel.ts';
import { doctorCommand } from './commands/doctor.ts';
import { completionCommand } from './commands/completion.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { deliveriesCommand } from './commands/deliveries.ts';
import { destinationsCommand } from './commands/destinations.ts';
import { getCommand } from './commands/get.ts';
import { limitsCommand } from './commands/limits.ts';
import { apiCommand, configCommand, devCommand, initCommand, startCommand, workerCommand } from './commands/project.ts';
import { listCommand } from './commands/list.ts';
import { redeliverCommand } from './commands/redeliver.ts';
import { replayCommand } from './commands/replay.ts';
import { sendCommand } from './commands/send.ts';
import { statsCommand } from './commands/stats.ts';
import { subjectsCommand } from './commands/subjects.ts';
import { typesCommand } from './commands/types.ts';
import { verifyCommand } from './commands/verify.ts';
import { watchCommand } from './commands/watch.ts';
import { treeCommand } from './commands/tree.ts';
import { whyCommand } from './commands/why.ts';
import type { AddCommand, CommandDefinition } from './command-definition.ts';
import { packageVersion } from '../config/package-version.ts';
import { takenByGroup } from './taken-by-group.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

// As they are listed.
const COMMANDS = [
  ['A project:', [initCommand, devCommand, startCommand, configCommand, doctorCommand, apiCommand, workerCommand]],
  [
    'A service that runs:',
    [
      sendCommand,
      getCommand,
      listCommand,
      watchCommand,
      whyCommand,
      treeCommand,
      cancelCommand,
      replayCommand,
      deliveriesCommand,
      redeliverCommand,
      batchCommand,
      typesCommand,
      subjectsCommand,
      limitsCommand,
      destinationsCommand,
      deadLettersCommand,
      statsCommand,
      verifyCommand,
    ],
  ],
  ['A shell:', [completionCommand]],
] as const;
const FAILED = 1;
const WRONG_USAGE = 2;

/** Runs the command that the arguments name, and gives the process's exit code: 0, 1 (it failed) or 2 (wrong usage). */
export async function runCli(parameters: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = new Command('tickless')
    .description('Runs a project of event types, sends it events, and shows what becomes of them.')
    .version(packageVersion(), '--version')
    .option('--url <address>', 'where the service is (default: $TICKLESS_URL, else http://127.0.0.1:$PORT, with 3000 for $PORT)')
    .option('--api-key <key>', 'your key (default: $TICKLESS_API_KEY, which others on the machine cannot see)')
    .option('--json', 'for machines: JSON, one value a line')
    .addHelpText('after', `\nThe variables ($…) may stand in a file .env in this folder. A first project: tickless init my-app`)
    .showHelpAfterError('(see --help)')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride();

  function addTo(parent: Command): AddCommand {
    return <Options extends object>(definition: CommandDefinition<Options>) => {
      const { usage, description, examples, configure, commands = [], action } = definition;
      const command = parent.command(usage).description(description);
      configure?.(command);
      command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ tickless ${example}\n`).join('')}`);
      command.action(async () => {
        const taken = parent === program ? {} : takenByGroup(parent, command);
        const options = { ...taken, ...command.opts<Options>() };
        exitCode = await action(createCommandContext({ program, command, terminal }), options, ...command.args);
      });
      for (const addCommand of commands) addCommand(addTo(command));
    };
  }
  for (const [heading, commands] of COMMANDS) {
    program.commandsGroup(heading);
    for (const command of commands) command(addTo(program));
  }

  try {
    await program.parseAsync(parameters, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (error instanceof UsageError) {
      terminal.err(`error: ${error.message}\n`);
      return WRONG_USAGE;
    }
    if (!(error instanceof TicklessError)) throw error;
    terminal.err(`error: ${error.message} (${error.code})\n`);
    for (const { pointer, detail } of error.errors) {
      // The first of them is the message itself.
      if (!error.message.includes(detail)) terminal.err(`  ${pointer}  ${detail}\n`);
    }
    if (error.requestId !== null && error.status >= 500) terminal.err(`  request ${error.requestId}\n`);
    if (error.code === 'unreachable') terminal.err('  is the service up? --url, TICKLESS_URL or PORT says where it is\n');
    return FAILED;
  }
}
