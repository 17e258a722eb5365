import { eventDefinitions } from '../events/index.ts';
import { runHost } from './run-host.ts';

runHost(eventDefinitions);
