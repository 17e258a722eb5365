import { Context } from '@temporalio/activity';

/** What an activity's code is given by whoever calls it: the engine's worker, or this process ahead of that. */
export interface Surroundings {
  /** Of the activity, from 1. */
  readonly attempt: number;
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
  /** Tells the engine how far it is; null where that can't be told, as of a local activity. */
  readonly heartbeat: ((details: unknown) => void) | null;
  /** Of what is done ahead, and can be taken back until handlers have begun. */
  readonly withdrawal?: { readonly begun: () => void; readonly isWithdrawn: () => boolean };
}

/** What tells the activity that is running from any other, but not one of its attempts from another. */
export function currentActivity(): string {
  const { workflowExecution, activityId } = Context.current().info;
  return `${workflowExecution?.runId}/${activityId}`;
}

/** Those of the activity that is running. */
export function currentSurroundings(): Surroundings {
  const activity = Context.current();
  const { info, cancellationSignal } = activity;
  return {
    attempt: info.attempt,
    signal: cancellationSignal,
    heartbeat: info.isLocal ? null : (details) => activity.heartbeat(details),
  };
}
