import type { Logger } from '../config/logger.ts';
import type { RunEnd } from '../domain/run-end.ts';
import type { Metrics } from './metrics.ts';

/** Has each verdict counted, and told in the log by one line. */
export function createObserveEnd(metrics: Pick<Metrics, 'ended'>, logger: Logger): (end: RunEnd) => void {
  return (end) => {
    metrics.ended(end);
    logVerdict(logger, end);
  };
}

/** At `warn` where something has failed, so that a busy service may leave out the others; at `info` otherwise. */
function logVerdict(logger: Logger, end: RunEnd): void {
  const { event, type, tier, tenant, run, requestId, outcome, error, failedHandlers, queuedMs, runMs } = end;
  const level = outcome === 'failed' || outcome === 'partial' ? 'warn' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  const fields = {
    event,
    type,
    tier,
    tenant,
    ...(run > 1 && { run }),
    ...(requestId !== undefined && { requestId }),
    outcome,
    ...(error !== undefined && { code: error.code, stage: error.stage }),
    ...(failedHandlers !== undefined && { failedHandlers }),
    queuedMs,
    runMs,
  };
  logger[level](fields, error === undefined ? `${type} ${outcome}` : `${type} ${outcome}: ${error.message}`);
}
