import type { Config } from '../project/define-config.ts';
import { runHost } from './run-host.ts';

// `node project-host-main.js <address>`: a process in which the handlers of a compiled project run. The address comes last: from sources,
// what compiles them has words of its own.
const address = process.argv.at(-1) ?? '';
// Its stack traces are in terms of the sources.
process.setSourceMapsEnabled(true);
const { default: config } = (await import(address)) as { readonly default: Config };
try {
  await runHost(config);
} catch (error) {
  // Nothing runs yet but the functions that make what handlers are lent.
  process.stderr.write(`tickless: the config's services can't be made: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
