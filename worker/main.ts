import { eventDefinitions } from '../events/index.ts';
import { runWorker } from './run-worker.ts';

await runWorker(eventDefinitions);
