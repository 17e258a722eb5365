import { eventDefinitions } from '../events/index.ts';
import { runService } from './run-service.ts';

try {
  await runService(eventDefinitions);
} catch (error) {
  process.stderr.write(`tickless: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
