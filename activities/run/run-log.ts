import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { HandlerLog } from '../../domain/define-event.ts';
import type { Told } from '../../handlers/advance-port.ts';
import type { ErrorTrace } from '../../handlers/stage-failure.ts';
import { withoutUrlSecrets } from '../../handlers/without-url-secrets.ts';

/** The service's log, as attempts are told of there. */
export interface RunLog extends HandlerLog {
  /** Whether failed attempts are told of with their stacks; absent: without. */
  readonly hasStacks?: boolean;
}

/** What a handler says, with whose it is. Its fields are apart, since they may have any names. */
export function logLine(log: RunLog, event: AcceptedEvent, told: Extract<Told, { kind: 'log' }>): void {
  const { stage, attempt, fields } = told;
  log[told.level](told.message, {
    ...nameOf(event),
    ...(stage !== undefined && { stage }),
    ...(attempt !== undefined && { attempt }),
    ...(fields !== undefined && { fields }),
  });
}

/** One line for a failed attempt: what is wrong and what has caused that, without the data that it was about. */
export function logFailure(log: RunLog, event: AcceptedEvent, told: Extract<Told, { kind: 'failed' }>): void {
  const { attempt, failure, trace } = told;
  const { code, message, stage, retryable } = failure.error;
  log.warn(`attempt ${attempt} of "${stage}" failed: ${message}`, {
    ...nameOf(event),
    stage,
    attempt,
    code,
    retryable,
    ...(log.hasStacks === true && trace !== null && { stack: stackOf(trace) }),
  });
}

/** What every line about an event begins with. A handler's run has its event's id. */
function nameOf({ id, type, tier, tenant, run, requestId, handlerOf }: AcceptedEvent): Readonly<Record<string, unknown>> {
  return { event: handlerOf?.id ?? id, type, tier, tenant, ...(run > 1 && { run }), ...(requestId !== undefined && { requestId }) };
}

function stackOf({ stack, cause }: ErrorTrace): string {
  const own = withoutUrlSecrets(stack);
  return cause === null ? own : `${own}\ncaused by ${stackOf(cause)}`;
}
