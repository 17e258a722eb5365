import { join } from 'node:path';
import { readEnvFile } from '../dev/load-env.mjs';
import { runCli } from './run-cli.ts';
import { createTerminal } from './terminal.ts';

// The service of this folder reads the same file, and is to be found where it says. Nothing is set by it here: what a command
// starts reads the file anew.
const settings = readEnvFile(join(process.cwd(), '.env'));
const exitCode = settings.ok ? await runCli(process.argv.slice(2), createTerminal(process, settings.variables)) : refuse(settings.reason);
// What a command has left open when it failed, as the processes of a service that couldn't start, would keep this one. A pipe
// takes what was written first.
process.stdout.write('', () => process.exit(exitCode));

function refuse(reason: string): number {
  process.stderr.write(`error: ${reason}\n`);
  return 2;
}
