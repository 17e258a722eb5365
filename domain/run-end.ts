import type { EndedPhase, EventRun } from './event-run.ts';
import { isEnded } from './event-run.ts';
import type { Tier } from './tier.ts';

/** A run's verdict, as it is counted. */
export interface RunEnd {
  readonly tenant: string;
  readonly type: string;
  readonly tier: Tier;
  readonly outcome: EndedPhase['status'];
  /** From its acceptance to its first attempt, without the delay that it was sent with; null where no attempt was made. */
  readonly queuedMs: number | null;
  /** From its first attempt to its end; null where no attempt was made. */
  readonly runMs: number | null;
}

/** Null for a run that goes on, and for a handler's, which is counted with its event's. The times are of several clocks, so that a difference may come out negative: then it is 0. */
export function runEndOf({ event, phase, startedAtMs }: Pick<EventRun, 'event' | 'phase' | 'startedAtMs'>): RunEnd | null {
  if (!isEnded(phase) || event.handlerOf !== undefined) return null;
  const { tenant, type, tier, acceptedAtMs, delayMs } = event;
  const times =
    startedAtMs === null
      ? { queuedMs: null, runMs: null }
      : { queuedMs: Math.max(0, startedAtMs - acceptedAtMs - delayMs), runMs: Math.max(0, phase.endedAtMs - startedAtMs) };
  return { tenant, type, tier, outcome: phase.status, ...times };
}
