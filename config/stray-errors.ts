import type { Logger } from './logger.ts';

/**
 * Stops the process in order, as a signal would, at an error that nobody catches: handlers run elsewhere, so that it is this
 * process's own, whose state is not to be relied on after it (Node's documentation of `uncaughtException`). What was under
 * way goes on where the engine knows it to be. For a process that stops at SIGTERM.
 */
export function stopAtStrayErrors(logger: Logger): void {
  let isStopping = false;
  const stop = (error: unknown): void => {
    logger.fatal({ err: error }, 'an error that nobody caught: this process stops');
    process.exitCode = 1;
    // A second signal would cut the stop short.
    if (!isStopping) process.kill(process.pid, 'SIGTERM');
    isStopping = true;
  };
  process.on('uncaughtException', stop);
  process.on('unhandledRejection', stop);
}
