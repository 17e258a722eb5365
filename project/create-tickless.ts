import { createLogger } from '../config/logger.ts';
import type { Config } from './define-config.ts';
import type { RunningApi } from '../api/run-api.ts';
import { applySettings } from './apply-settings.ts';
import { compose } from './compose.ts';
import { compileConfig, hostProgramOf } from './compile-config.ts';
import type { Running, StartOptions } from './run-until-stopped.ts';
import { findConfig } from './find-config.ts';

export interface CreateTicklessOptions {
  /** The file that has the config as its default export: processes for handlers read it, too. Default: `tickless.config.ts` in the working directory. */
  readonly configFile?: string;
}

/**
 * A service in this process. `start` runs all of it, with an engine of its own unless `TEMPORAL_ADDRESS` names one; `startApi` and `startWorker` run its
 * halves for a cluster, where the engine is there and `WEBHOOK_SECRETS` is set. One of them is called once; each throws where it is running already.
 */
export interface Tickless {
  /** Where it listens. @throws Error where it doesn't */
  readonly url: string;
  /** Answers a request as the service does; for a server of one's own, and for tests. @throws Error where the API isn't started */
  fetch(request: Request): Promise<Response>;
  start(): Promise<void>;
  startApi(): Promise<void>;
  startWorker(): Promise<void>;
  /** Rejects where the service can't go on, as when its workers have lost the engine for good. @throws Error before it is started */
  readonly failed: Promise<never>;
  /** Lets end what is under way, for some seconds. It can be started again. */
  stop(): Promise<void>;
}

type Started = Running & Partial<RunningApi>;

export function createTickless(config: Config, { configFile }: CreateTicklessOptions = {}): Tickless {
  let starting: Promise<Started> | null = null;
  let running: Started | null = null;

  function service(): Started {
    if (running === null) throw new Error('the service is not started: call start() before');
    return running;
  }

  async function begin(load: () => Promise<(options: StartOptions) => Promise<Started>>): Promise<void> {
    if (starting !== null) throw new Error('the service is started already');
    starting = compileAndStart(load);
    try {
      running = await starting;
    } catch (error) {
      starting = null;
      throw error;
    }
  }

  async function compileAndStart(load: () => Promise<(options: StartOptions) => Promise<Started>>): Promise<Started> {
    applySettings(config, process.env);
    const composition = compose(config, process.env);
    const program = hostProgramOf(await compileConfig(findConfig(process.cwd(), configFile)));
    return (await load())({ composition, program, logger: createLogger(composition.environment.LOG_LEVEL) });
  }

  return {
    get url() {
      const { url } = service();
      if (url === undefined) throw new Error('a worker alone has no address');
      return url;
    },
    get failed() {
      return service().failed;
    },
    async fetch(request) {
      const { fetch } = service();
      if (fetch === undefined) throw new Error('a worker alone answers no requests');
      return fetch(request);
    },
    // Read when they are needed: an import of the package alone loads nothing of the engine.
    start: () => begin(async () => (await import('../dev/run-service.ts')).startService),
    startApi: () => begin(async () => (await import('../api/run-api.ts')).startApi),
    startWorker: () => begin(async () => (await import('../worker/run-worker.ts')).startWorker),
    async stop() {
      // What can't be started says so to whoever starts it.
      const ending = await starting?.catch(() => null);
      running = null;
      await ending?.stop();
      starting = null;
    },
  };
}
