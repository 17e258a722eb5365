import { CancellationScope } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { NO_FAILURES } from '../domain/attempt.ts';
import type { BegunRun } from '../domain/attempt.ts';
import type { Ride } from '../domain/callback-message.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { runEvent } from './at-once.ts';

export interface RanAtOnce extends BegunRun {
  /** The first attempt of its callback; undefined where it isn't complete, or nobody is to be called back. */
  readonly ride: Ride | undefined;
}

/**
 * Runs all stages of an event in one local activity, and its first callback: each costs an activation of the workflow, which
 * takes longer than quick stages do. What an attempt that failed leaves to be done is done stage by stage. Whoever cancels
 * the workflow in the engine meanwhile is too late: its callback may have told another verdict.
 */
export async function runAtOnce(event: AcceptedEvent, workflow: WorkflowReference): Promise<RanAtOnce> {
  const { state, made = NO_FAILURES, ride } = await CancellationScope.nonCancellable(() => runEvent({ event, workflow }));
  return { run: { ...state, event }, made, ride };
}
