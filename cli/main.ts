import { runCli } from './run-cli.ts';
import { createTerminal } from './terminal.ts';

const exitCode = await runCli(process.argv.slice(2), createTerminal(process));
// What a command has left open when it failed, as the processes of a service that couldn't start, would keep this one. A pipe
// takes what was written first.
process.stdout.write('', () => process.exit(exitCode));
