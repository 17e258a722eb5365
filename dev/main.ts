import { runProgram } from '../runtime/run-program.ts';
import config from '../tickless.config.ts';
import { runService } from './run-service.ts';

await runProgram(() => runService(config));
