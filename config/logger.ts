import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { toLoggedError } from './logged-error.ts';

export type { Logger };

/**
 * Creates the process's logger, on standard error, so that standard output stays for people and data: JSON lines, or readable ones on
 * a terminal. Stacks of errors are there from `debug` on.
 */
export function createLogger(level: string): Logger {
  const destination = pino.destination({ fd: 2, sync: false });
  destination.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EIO') giveUp(destination);
  });
  return createLoggerTo(process.stderr.isTTY ? readable(destination) : destination, level);
}

/** The same, to anywhere. */
export function createLoggerTo(destination: DestinationStream, level: string): Logger {
  const withStacks = level === 'debug' || level === 'trace';
  return pino(
    {
      level,
      base: {},
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => toLoggedError(error, withStacks) },
    },
    destination,
  );
}

/** Lines for people: the time of day, the level, what is said, and the fields as JSON. */
export function readable(destination: DestinationStream, colorize = true): DestinationStream {
  const toText = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: (line, key) => {
      const message = line[key];
      return typeof message === 'string' ? withoutControls(message) : '';
    },
  });
  return { write: (line) => destination.write(toText(line)) };
}

/** What others have said, as a receiver's or a handler's error, must neither move the cursor nor look like a line of its own. */
function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
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
