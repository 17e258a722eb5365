import type { EndMark } from './batch-page.ts';
import { isAtHandlers, isPastStages, stateOf, waitFromNow } from './event-run.ts';
import type { EventRun, RunState } from './event-run.ts';
import { failureCause } from './failure-cause.ts';

/** An item as the unit that it shares follows it. */
export interface ItemRun {
  readonly offset: number;
  /** 1 for the item's first run, one more for each retry. */
  readonly run: number;
  /** Absent until a call has begun it. */
  readonly state?: RunState;
  /** What it is grouped by, if it has failed. */
  readonly cause?: string;
}

/** An item as a call has left it. */
export function toItemRun(offset: number, run: EventRun): ItemRun {
  const { event, phase } = run;
  const item = { offset, run: event.run, state: stateOf(run) };
  return phase.status === 'failed' ? { ...item, cause: failureCause(event.type, phase.error) } : item;
}

/** What its batch counts it as; `p` where it hasn't ended. */
export function markOf({ state }: ItemRun): EndMark | 'p' {
  if (state === undefined || !isPastStages(state.phase)) return 'p';
  // One that is at its handlers has left its batch, for which its stages are what counts.
  return isAtHandlers(state.phase) || state.phase.status === 'completed' ? 'c' : 'f';
}

/** An item that a call has left, as its unit hears of it. */
export function hearOfItem(item: ItemRun, nowMs: number): ItemRun {
  return item.state === undefined ? item : { ...item, state: waitFromNow(item.state, nowMs) };
}

/** When its next attempt is due; 0 where it can begin at once. */
export function nextAttemptMs({ state }: ItemRun): number {
  const phase = state?.phase;
  return phase?.status === 'waiting' && phase.waiting.reason === 'retry' ? phase.waiting.untilMs : 0;
}
