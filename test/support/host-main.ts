import { eventDefinitions } from '../../events/index.ts';
import { runHost } from '../../worker/run-host.ts';
import { testDefinitions } from './test-definitions.ts';

// What the service starts for handlers, with the tests' own event types besides.
runHost([...eventDefinitions, ...testDefinitions]);
