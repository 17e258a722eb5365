import { followParent } from '../../dev/follow-parent.mjs';
import { runService } from '../../dev/run-service.ts';
import { hostFromSource } from '../../worker/host-program.ts';
import { testConfig } from './test-config.ts';

// None is left over from a test or a benchmark that was ended by force.
followParent();
// What `npm start` runs, with the tests' own event types besides.
await runService(testConfig, hostFromSource('test/support/host-main.ts'));
