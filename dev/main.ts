import config from '../tickless.config.ts';
import { runService } from './run-service.ts';

try {
  await runService(config);
} catch (error) {
  process.stderr.write(`tickless: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
