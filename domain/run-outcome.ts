import { NO_FAILURES } from './attempt.ts';
import type { BegunRun, BegunState } from './attempt.ts';
import type { Ride } from './callback-message.ts';
import { stateOf } from './event-run.ts';

/**
 * What one call for all stages of an event came to: its stages, until one failed, and its first callback, if it is complete and
 * asked for one. Stored in histories.
 */
export interface RunOutcome extends Pick<BegunState, 'state'> {
  readonly made?: BegunState['made'];
  readonly ride?: Ride;
}

export function toRunOutcome({ run, made }: BegunRun, ride?: Ride): RunOutcome {
  return { state: stateOf(run), ...(made !== NO_FAILURES && { made }), ...(ride && { ride }) };
}
