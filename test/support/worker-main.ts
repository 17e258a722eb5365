import { eventDefinitions } from '../../events/index.ts';
import { runWorker } from '../../worker/run-worker.ts';
import { testDefinitions } from './test-definitions.ts';

// What a `worker` container runs, with the tests' own event types besides.
await runWorker([...eventDefinitions, ...testDefinitions]);
