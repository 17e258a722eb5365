import type { AcceptedEvent } from './accepted-event.ts';
import type { Ride } from './callback-message.ts';
import type { EventRun, RunState } from './event-run.ts';

/**
 * What a call that advances a run came to: the run as it stands after it, but of its results only those that the call added.
 * Every way to run events reports in this shape. It is what histories keep, but for units of batches, which keep each item as it stands.
 */
export interface RunOutcome extends RunState {
  /** What became of its callback's first attempt, where the call made one. */
  readonly ride?: Ride;
  /** The follow-ups that the call has added, to be started once this is on record; absent where there are none. */
  readonly emitted?: readonly AcceptedEvent[];
}

export function outcomeOf(before: EventRun, { event: _elsewhere, ...after }: EventRun): RunOutcome {
  const results = Object.fromEntries(Object.entries(after.results).filter(([stage]) => !Object.hasOwn(before.results, stage)));
  return { ...after, results };
}

/** The run as the call has left it. */
export function recordOutcome(run: EventRun, { ride: _callback, emitted: _started, ...state }: RunOutcome): EventRun {
  return { event: run.event, ...state, results: { ...run.results, ...state.results } };
}

/** The outcome as it is kept once its follow-ups are on their way: its run knows them by their ids. */
export function withoutEmitted({ emitted: _started, ...kept }: RunOutcome): RunOutcome {
  return kept;
}

/** What calls have emitted, in order. */
export function emittedBy(outcomes: readonly RunOutcome[]): readonly AcceptedEvent[] {
  return outcomes.flatMap(({ emitted = [] }) => emitted);
}

/** Whether what an activity has left is an outcome: of our own failures it is the only detail, of any other there is none. */
export function isRunOutcome(left: unknown): left is RunOutcome {
  return typeof left === 'object' && left !== null && 'phase' in left && 'failures' in left;
}
