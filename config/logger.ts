import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger };

/** Creates the process's logger: JSON lines on standard error, so that standard output stays for people and data. */
export function createLogger(level: string): Logger {
  return pino({ level, base: {}, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: false }));
}
