import type { RunPlan } from './accepted-event.ts';
import { acceptRun, isEnded } from './event-run.ts';
import type { EventRun, RunState } from './event-run.ts';
import type { ReplayMark } from './replay-mark.ts';

/**
 * Where a new run begins: at the first stage without a result, with the results of those before it, or with none of them.
 */
export type ReplayFrom = 'stage' | 'start';

export interface ReplayOrder {
  readonly from: ReplayFrom;
  /** How the new run is to be run. */
  readonly plan: RunPlan;
  /** Of the event, as the new run is given it. */
  readonly data: unknown;
  readonly mark: ReplayMark;
}

/** Why there is nothing to replay; null where there is. What ends in other ways than these two may be added here. */
export function refusalToReplay({ phase }: Pick<RunState, 'phase'>): 'not_ended' | 'completed' | null {
  if (!isEnded(phase)) return 'not_ended';
  return phase.status === 'completed' ? 'completed' : null;
}

/**
 * The next run of an event: the same event but for its data and its plan, not delayed any more. Failures are counted from nothing, and
 * so are the attempts of stages that are to be run.
 * @returns null where the plan's stages don't begin with those that have results: they have changed since
 */
export function replayOf({ event, ...before }: EventRun, { from, plan, data, mark }: ReplayOrder): EventRun | null {
  const next = acceptRun({ ...event, run: event.run + 1, data, delayMs: 0, plan, replay: mark });
  if (from === 'start') return next;
  const done = Object.keys(before.results);
  const isLike = plan.stages.slice(0, done.length).every((stage) => Object.hasOwn(before.results, stage));
  if (!isLike || plan.stages.length < done.length) return null;
  const attempts = Object.fromEntries(done.map((stage) => [stage, before.attempts[stage] ?? 1]));
  return { ...next, results: before.results, attempts };
}

/** The state that a replay's workflow is given, where that isn't how every run begins. */
export function begunOf({ event: _elsewhere, ...state }: EventRun): readonly RunState[] | undefined {
  return Object.keys(state.results).length === 0 ? undefined : [state];
}
