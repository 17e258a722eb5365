import { followParent } from '../../dev/follow-parent.mjs';
import { runApi } from '../../api/run-api.ts';
import { eventDefinitions } from '../../events/index.ts';
import { hostFromSource } from '../../worker/host-program.ts';
import { testDefinitions } from './test-definitions.ts';

// None is left over from a test or a benchmark that was ended by force.
followParent();
// What an `api` container runs, with the tests' own event types besides.
await runApi([...eventDefinitions, ...testDefinitions], hostFromSource('test/support/host-main.ts'));
