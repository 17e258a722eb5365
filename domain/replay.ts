import type { AcceptedEvent } from './accepted-event.ts';
import { acceptRun, isEnded } from './event-run.ts';
import type { EventRun, RunState } from './event-run.ts';
import type { ReplayMark } from './replay-mark.ts';

/**
 * Where a new run begins: at the first stage without a result, with the results of those before it, or with none of them.
 */
export type ReplayFrom = 'stage' | 'start';

export interface ReplayOrder {
  readonly from: ReplayFrom;
  /** Of the event, as the new run is given it: how it is to be run, and its data. */
  readonly event: Pick<AcceptedEvent, 'data' | 'plan' | 'takenBy'>;
  readonly mark: ReplayMark;
}

/** Why there is nothing to replay; null where there is. */
export function refusalToReplay({ phase }: Pick<RunState, 'phase'>): 'not_ended' | 'completed' | null {
  if (!isEnded(phase)) return 'not_ended';
  return phase.status === 'completed' ? 'completed' : null;
}

/**
 * The next run of an event: the same event but for its data and its plan, not delayed any more. Failures are counted from nothing, and
 * so are the attempts of stages that are to be run. Where all stages have results, handlers that have completed are not called again.
 * @returns null where the plan's stages don't begin with those that have results: they have changed since
 */
export function replayOf({ event: replayed, ...before }: EventRun, { from, event, mark }: ReplayOrder): EventRun | null {
  const { takenBy: _before, requestId: _request, ...same } = replayed;
  const accepted = acceptRun({ ...same, ...event, run: replayed.run + 1, delayMs: 0, replay: mark });
  // What has followed from it stays so.
  const next = before.followUps === undefined ? accepted : { ...accepted, followUps: before.followUps };
  const { plan } = event;
  if (from === 'start') return next;
  const done = Object.keys(before.results);
  const isLike = plan.stages.slice(0, done.length).every((stage) => Object.hasOwn(before.results, stage));
  if (!isLike || plan.stages.length < done.length) return null;
  const attempts = Object.fromEntries(done.map((stage) => [stage, before.attempts[stage] ?? 1]));
  const completed = Object.entries(before.handlers ?? {}).filter(([, { phase }]) => phase.status === 'completed');
  return { ...next, results: before.results, attempts, ...(completed.length > 0 && { handlers: Object.fromEntries(completed) }) };
}

/** The state that a replay's workflow is given, where that isn't how every run begins. */
export function begunOf({ event: _elsewhere, ...state }: EventRun): readonly RunState[] | undefined {
  const isNew = Object.keys(state.results).length === 0 && state.handlers === undefined && state.followUps === undefined;
  return isNew ? undefined : [state];
}
