import config from '../../tickless.config.ts';
import { defineConfig } from '../../project/define-config.ts';
import { testMiddleware } from './test-middleware.ts';
import { loggedDefinitions, loggedHandlers } from './logged-definitions.ts';
import { handledDefinitions, testHandlers } from './test-handlers.ts';
import { testDefinitions } from './test-definitions.ts';

/** This service's own, with the tests' event types besides. */
export const testConfig = defineConfig({
  ...config,
  events: [...config.events, ...testDefinitions, ...handledDefinitions, ...loggedDefinitions],
  handlers: [...testHandlers, ...loggedHandlers],
  use: testMiddleware,
});
