import config from '../tickless.config.ts';
import { runApi } from './run-api.ts';

await runApi(config);
