import { createLogger } from '../config/logger.ts';
import type { Logger } from '../config/logger.ts';
import { stopSignal } from '../config/stop-signals.ts';
import { compose } from './compose.ts';
import type { Composition } from './compose.ts';
import type { Config } from './define-config.ts';

/** What a service, or a half of one, is started with. */
export interface StartOptions {
  readonly composition: Composition;
  /** What Node runs for a process in which handlers of this same config run. */
  readonly program: readonly string[];
  readonly logger: Logger;
}

/** What runs in a process. */
export interface Running {
  /** Rejects when a worker dies by itself: the process is then of no use. */
  readonly failed: Promise<never>;
  /** Takes nothing new, and lets end what is under way, for some seconds. */
  stop(): Promise<void>;
}

/** Starts it and runs it until the process is told to stop by a signal. @param program as in `StartOptions` */
export async function runUntilStopped<Started extends Running>(
  start: (options: StartOptions) => Promise<Started>,
  config: Config,
  program: readonly string[],
  onStarted: (started: Started, composition: Composition) => void = () => undefined,
): Promise<void> {
  const composition = compose(config, process.env);
  const logger = createLogger(composition.environment.LOG_LEVEL);
  const stopped = stopSignal();
  const started = await start({ composition, program, logger });
  onStarted(started, composition);
  try {
    logger.info({ signal: await Promise.race([stopped, started.failed]) }, 'stopping');
  } finally {
    await started.stop();
  }
}
