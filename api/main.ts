import { runProgram } from '../runtime/run-program.ts';
import config from '../tickless.config.ts';
import { runApi } from './run-api.ts';

await runProgram(() => runApi(config));
