import { endTime } from './attempt-times.ts';
import { recordFailure } from './attempt.ts';
import { beginAttempt, nextStage } from './event-run.ts';
import type { EventRun } from './event-run.ts';

/**
 * In which process a run is advanced: one that it shares with others, one with nobody else in it at that time, or one in
 * which nobody else has ever been.
 */
export type Place = 'shared' | 'alone' | 'fresh';

/** How a run stands that has done nothing wrong as far as is known. */
export interface Standing {
  readonly place: Place;
  /** Processes that others have ended while it was in them. */
  readonly disturbed: number;
}

/** What the end of a process says of a run that was in flight there. */
export type Blame =
  /** Its time was up, and it had not stopped though its process answered. */
  | 'known'
  /** That was another one. */
  | 'anothers'
  /** It may have been any of those in flight, or something that an earlier one has left behind. */
  | 'any';

// Between others that end its process again and again, a run that takes its time would never come to an end.
const MAX_DISTURBED = 3;
// So few are not worth the trial in a process that others have been in: a fresh one for each takes less time than another end.
const FEW = 4;

export const UNSUSPECTED: Standing = { place: 'shared', disturbed: 0 };
/** Of a run that has ended its process before: nobody else is to be disturbed by it again. */
export const CONVICTED: Standing = { place: 'fresh', disturbed: 0 };

/**
 * Where a run goes on when its process has ended, or that the attempt is charged to it. An end that may be anybody's is
 * charged only in a process where nobody else has ever been, so that no innocent run is charged.
 * @param inFlight so many runs were in flight there, this one among them
 */
export function afterProcessEnded({ place, disturbed }: Standing, blame: Blame, inFlight: number): Standing | 'charged' {
  if (blame === 'known') return 'charged';
  if (blame === 'anothers') {
    const isTooOften = place === 'shared' && disturbed + 1 >= MAX_DISTURBED;
    return { place: isTooOften ? 'alone' : place, disturbed: disturbed + 1 };
  }
  if (place === 'fresh') return 'charged';
  return { place: place === 'shared' && inFlight > FEW ? 'alone' : 'fresh', disturbed };
}

/** Why an attempt has ended with its process. */
export interface ProcessFault {
  readonly code: 'timeout' | 'crashed';
  readonly message: string;
}

/**
 * The run after an attempt that has ended its process: a failed attempt like any other.
 * @param run as it was last heard of
 */
export function chargeAttempt(run: EventRun, { code, message }: ProcessFault, nowMs: number, latestMs?: number): EventRun {
  // One whose last stage is done has nothing left that could end a process, and isn't charged by it.
  const stage = (run.phase.status === 'running' ? run.phase.stage : null) ?? nextStage(run) ?? '';
  const begun = run.phase.status === 'running' ? run : beginAttempt(run, stage);
  const error = { code, message, stage, retryable: true };
  const failure = { error, retryable: true, retryAfterMs: null, lost: false, startedAtMs: null, endedAtMs: nowMs };
  return endTime(recordFailure(begun, stage, failure, nowMs, latestMs), nowMs, code);
}
