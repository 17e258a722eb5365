import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger };

/** Creates the process's logger: JSON lines on standard error, so that standard output stays for people and data. */
export function createLogger(level: string): Logger {
  const destination = pino.destination({ fd: 2, sync: false });
  destination.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EIO') giveUp(destination);
  });
  return pino({ level, base: {}, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/**
 * Drops what is logged from here on. The terminal is closed, and would be tried for ever: pino gives up by itself when a pipe
 * is broken, and at nothing else. A stop that logs would never end.
 */
function giveUp(destination: ReturnType<typeof pino.destination>): void {
  destination.write = () => true;
  destination.flushSync = () => undefined;
  destination.end = () => undefined;
}
