import type { EventError } from './event-error.ts';
import { acceptRun, isEnded } from './event-run.ts';
import type { EventRun } from './event-run.ts';
import { ON_CANCEL } from './stage.ts';

/** What became of a cancelled event's `onCancel`. Stored in histories. */
export type Cleanup = { readonly status: 'completed' } | { readonly status: 'failed'; readonly error: EventError };

// Retries of what fails are the type's own affair. What is lost with its process is tried again all the same.
const ONCE = { maxAttempts: 1, initialDelayMs: 0, factor: 1, maxDelayMs: 0 } as const;

/**
 * What is left to do for a run that is to end as cancelled: a run of its own, whose only stage is `onCancel` and is given the results so
 * far. Null where its type has no `onCancel`, or no attempt of a stage has begun. It holds no permits, and tells nobody of its progress.
 */
export function cleanupOf({ event, startedAtMs, results }: EventRun): EventRun | null {
  const timeoutMs = event.plan.timeoutsMs[ON_CANCEL];
  if (timeoutMs === undefined || startedAtMs === null) return null;
  const { limits: _held, handlers: _called, ...plan } = event.plan;
  const only = { ...plan, stages: [ON_CANCEL], retry: ONCE, timeoutsMs: { [ON_CANCEL]: timeoutMs } };
  return { ...acceptRun({ ...event, callback: null, plan: only }), results };
}

/** The run while that is done: it has not ended, and can't be kept from ending as cancelled. */
export function cleaningUp(run: EventRun): EventRun {
  return isEnded(run.phase) ? run : { ...run, phase: { status: 'running', stage: ON_CANCEL } };
}

/** What that run of its own came to, once it has ended. */
export function toCleanup({ phase }: Pick<EventRun, 'phase'>): Cleanup {
  return phase.status === 'failed' ? { status: 'failed', error: phase.error } : { status: 'completed' };
}
