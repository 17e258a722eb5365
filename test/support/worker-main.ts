import { followParent } from '../../dev/follow-parent.mjs';
import { eventDefinitions } from '../../events/index.ts';
import { runWorker } from '../../worker/run-worker.ts';
import { hostFromSource } from '../../worker/host-program.ts';
import { testDefinitions } from './test-definitions.ts';

// None is left over from a test or a benchmark that was ended by force.
followParent();
// What a `worker` container runs, with the tests' own event types besides.
await runWorker([...eventDefinitions, ...testDefinitions], hostFromSource('test/support/host-main.ts'));
