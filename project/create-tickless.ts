import { createLogger } from '../config/logger.ts';
import type { Config } from './define-config.ts';
import { startService } from '../dev/run-service.ts';
import type { Service } from '../dev/run-service.ts';
import { applySettings } from './apply-settings.ts';
import { compose } from './compose.ts';
import { compileConfig, hostProgramOf } from './compile-config.ts';
import { findConfig } from './find-config.ts';

export interface CreateTicklessOptions {
  /** The file that has the config as its default export: processes for handlers read it, too. Default: `tickless.config.ts` in the working directory. */
  readonly configFile?: string;
}

/** A service in this process, with an engine and processes for handlers of its own. */
export interface Tickless {
  /** Where it listens. @throws Error before it is started */
  readonly url: string;
  /** Answers a request as the service does; for a server of one's own, and for tests. @throws Error before it is started */
  fetch(request: Request): Promise<Response>;
  /** @throws Error where it is started already, or can't be */
  start(): Promise<void>;
  /** Rejects where the service can't go on, as when its workers have lost the engine for good. @throws Error before it is started */
  readonly failed: Promise<never>;
  /** Lets end what is under way, for some seconds. */
  stop(): Promise<void>;
}

export function createTickless(config: Config, { configFile }: CreateTicklessOptions = {}): Tickless {
  let starting: Promise<Service> | null = null;
  let running: Service | null = null;

  function service(): Service {
    if (running === null) throw new Error('the service is not started: call start() before');
    return running;
  }

  async function start(): Promise<Service> {
    applySettings(config, process.env);
    const composition = compose(config, process.env);
    const program = hostProgramOf(await compileConfig(findConfig(process.cwd(), configFile)));
    return startService({ composition, program, logger: createLogger(composition.environment.LOG_LEVEL) });
  }

  return {
    get url() {
      return service().url;
    },
    get failed() {
      return service().failed;
    },
    fetch: async (request) => service().fetch(request),
    async start() {
      if (starting !== null) throw new Error('the service is started already');
      starting = start();
      try {
        running = await starting;
      } catch (error) {
        starting = null;
        throw error;
      }
    },
    async stop() {
      const ending = await starting;
      starting = null;
      running = null;
      await ending?.stop();
    },
  };
}
