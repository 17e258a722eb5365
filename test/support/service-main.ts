import { runService } from '../../dev/run-service.ts';
import { eventDefinitions } from '../../events/index.ts';
import { testDefinitions } from './test-definitions.ts';

// What `npm start` runs, with the tests' own event types besides.
await runService([...eventDefinitions, ...testDefinitions]);
