import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import type { Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../config/logger.ts';
import { isRunOutcome } from '../domain/run-outcome.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Sends what the SDK says into our log; its informational lines are our debugging. */
export function toTemporalLogger(logger: Logger): TemporalLogger {
  return new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    // The delivery lane is meant to have none.
    if (message.startsWith('No workflows registered')) return;
    const { error, ...fields } = meta ?? {};
    logger[isOfHandler(error) ? 'debug' : LEVELS[level]]({ ...fields, ...(error !== undefined && { err: error }) }, message);
  });
}

/** An attempt of a handler that has failed has a line of ours. */
function isOfHandler(error: unknown): boolean {
  return error instanceof ApplicationFailure && isRunOutcome(error.details?.[0]);
}
