import { runApi } from '../../api/run-api.ts';
import { eventDefinitions } from '../../events/index.ts';
import { testDefinitions } from './test-definitions.ts';

// What an `api` container runs, with the tests' own event types besides.
await runApi([...eventDefinitions, ...testDefinitions]);
