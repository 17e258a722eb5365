import type { Logger } from './logger.ts';

/**
 * Keeps the process up when a type's own function leaves an error behind that nobody awaits, as in a stray timer: it must not take
 * down every other event, nor, run again at each start, the service itself. The log says where it came from.
 */
export function surviveStrayErrors(logger: Logger): void {
  process.on('uncaughtException', (error) =>
    logger.error({ err: error }, 'an error that nobody caught; a function of a type left it behind'),
  );
  process.on('unhandledRejection', (reason) =>
    logger.error({ err: reason }, 'a rejection that nobody awaited; a function of a type left it behind'),
  );
}
