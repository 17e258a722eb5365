import type { EventError } from './event-error.ts';
import type { EndedPhase, EventRun } from './event-run.ts';
import { isEnded } from './event-run.ts';
import { causeOfRun } from './dead-letter.ts';
import type { Cause } from './dead-letter.ts';
import type { Tier } from './tier.ts';

/** A run's verdict, as it is counted and logged. */
export interface RunEnd {
  /** Its id. */
  readonly event: string;
  /** 1 for the first one of its event, one more for each replay. */
  readonly run: number;
  readonly tenant: string;
  readonly type: string;
  readonly tier: Tier;
  readonly outcome: EndedPhase['status'];
  /** Of one that has failed; absent for any other. */
  readonly error?: EventError;
  /** Of one that is a dead letter now; absent for any other. */
  readonly cause?: Cause;
  /** The handlers that have failed for good; absent where there are none. */
  readonly failedHandlers?: readonly string[];
  /** The id of the request that it came by, where its sender has given it one. */
  readonly requestId?: string;
  /** From its acceptance to its first attempt, without the delay that it was sent with; null where no attempt was made. */
  readonly queuedMs: number | null;
  /** From its first attempt to its end; null where no attempt was made. */
  readonly runMs: number | null;
}

type EndedRun = Pick<EventRun, 'event' | 'phase' | 'startedAtMs' | 'handlers'>;

/** Null for a run that goes on, and for a handler's, which is counted with its event's. The times are of several clocks, so that a difference may come out negative: then it is 0. */
export function runEndOf(ended: EndedRun): RunEnd | null {
  const { event, phase, startedAtMs, handlers = {} } = ended;
  if (!isEnded(phase) || event.handlerOf !== undefined) return null;
  const { id, run, requestId, tenant, type, tier, acceptedAtMs, delayMs } = event;
  const failedHandlers = Object.keys(handlers).filter((name) => handlers[name]?.phase.status === 'failed');
  const cause = causeOfRun(ended);
  const times =
    startedAtMs === null
      ? { queuedMs: null, runMs: null }
      : { queuedMs: Math.max(0, startedAtMs - acceptedAtMs - delayMs), runMs: Math.max(0, phase.endedAtMs - startedAtMs) };
  return {
    event: id,
    run,
    tenant,
    type,
    tier,
    outcome: phase.status,
    ...(phase.status === 'failed' && { error: phase.error }),
    ...(cause !== null && { cause }),
    ...(failedHandlers.length > 0 && { failedHandlers }),
    ...(requestId !== undefined && { requestId }),
    ...times,
  };
}
