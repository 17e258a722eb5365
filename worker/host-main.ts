import config from '../tickless.config.ts';
import { runHost } from './run-host.ts';

await runHost(config);
