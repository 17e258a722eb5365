import type { Logger } from '../config/logger.ts';
import { causeDigest } from '../domain/dead-letter.ts';
import { ORDER_TYPE } from '../domain/bulk-order.ts';
import type { RunEnd } from '../domain/run-end.ts';
import type { FailureReport } from './report-failures.ts';
import type { Metrics } from './metrics.ts';

/** Has each verdict counted, told in the log by one line, and its failure where nobody else can count it. */
export function createObserveEnd(
  metrics: Pick<Metrics, 'ended'>,
  logger: Logger,
  failures: Pick<FailureReport, 'heard'>,
): (end: RunEnd) => void {
  return (end) => {
    // Not what the service does for itself.
    if (end.type === ORDER_TYPE) return;
    metrics.ended(end);
    failures.heard(end);
    logVerdict(logger, end);
  };
}

/** At `warn` where something has failed, so that a busy service may leave out the others; at `info` otherwise. */
function logVerdict(logger: Logger, end: RunEnd): void {
  const { event, type, tier, tenant, run, requestId, outcome, error, cause, failedHandlers, queuedMs, runMs } = end;
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
    ...(cause !== undefined && { cause: causeDigest(cause) }),
    ...(failedHandlers !== undefined && { failedHandlers }),
    queuedMs,
    runMs,
  };
  logger[level](fields, error === undefined ? `${type} ${outcome}` : `${type} ${outcome}: ${error.message}`);
}
