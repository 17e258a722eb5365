import { followParent } from '../../dev/follow-parent.mjs';
import { runApi } from '../../api/run-api.ts';
import { hostFromSource } from '../../worker/host-program.ts';
import { testConfig } from './test-config.ts';

// None is left over from a test or a benchmark that was ended by force.
followParent();
// What an `api` container runs, with the tests' own event types besides.
await runApi(testConfig, hostFromSource('test/support/host-main.ts'));
