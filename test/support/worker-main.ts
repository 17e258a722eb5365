import { followParent } from '../../dev/follow-parent.mjs';
import { runWorker } from '../../worker/run-worker.ts';
import { hostFromSource } from '../../worker/host-program.ts';
import { testConfig } from './test-config.ts';

// None is left over from a test or a benchmark that was ended by force.
followParent();
// What a `worker` container runs, with the tests' own event types besides.
await runWorker(testConfig, hostFromSource('test/support/host-main.ts'));
