import { runProgram } from '../runtime/run-program.ts';
import config from '../tickless.config.ts';
import { runWorker } from './run-worker.ts';

await runProgram(() => runWorker(config));
