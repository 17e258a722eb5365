import config from '../tickless.config.ts';
import { runWorker } from './run-worker.ts';

await runWorker(config);
