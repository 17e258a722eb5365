import { eventDefinitions } from '../events/index.ts';
import { runApi } from './run-api.ts';

await runApi(eventDefinitions);
