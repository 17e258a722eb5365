import { runHost } from '../../worker/run-host.ts';
import { testConfig } from './test-config.ts';

// What the service starts for handlers, with the tests' own event types besides.
await runHost(testConfig);
