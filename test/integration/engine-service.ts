// A service that does nothing but run an engine until it is killed; see engine.test.ts.
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { startEngine } from '../../engine/start-engine.ts';

const [dataDirectory = ''] = process.argv.slice(2);
const { TEMPORAL_CLI_PATH } = process.env;

const { address, pid } = await startEngine({
  environment: parseEnvironment({ TEMPORAL_CLI_PATH }),
  dataDirectory,
  logger: createLogger('warn'),
  progress: () => undefined,
  headless: true,
  preferredPorts: { server: 0, ui: 0 },
});
process.stdout.write(`${JSON.stringify({ address, pid })}\n`);
setInterval(() => undefined, 60_000);
