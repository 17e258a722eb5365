import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { CANCEL_UPDATE } from '../../temporal/durable/names.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import { isAtHandlers } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { isInline } from '../../domain/is-inline.ts';
import { ON_CANCEL } from '../../domain/stage.ts';
import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';
import type { Cancellation } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { callEngine, isUnavailable, isNotFound, readEngine } from '../../temporal/engine-call.ts';
import { readWorkflowEnd } from '../../temporal/history.ts';
import { readEvent } from './read-run.ts';

const CANCEL_TIMEOUT_MS = 1_000;
// With the time before it about the 2 s within which an absent engine is to be reported.
const ASK_AGAIN_TIMEOUT_MS = 800;

/**
 * Has an event end as cancelled, if its workflow agrees, or this process was to run it ahead and hasn't begun. What is known here already isn't asked: that it has ended, or that a light
 * one is at its stages, whose task answers nothing before it is over.
 * @throws EngineUnavailableError where it isn't known whether the event will be cancelled
 */
export async function cancelEvent(
  client: Client,
  liveRuns: LiveRuns,
  withdraw: (workflowId: string) => boolean,
  workflowId: string,
): Promise<Cancellation> {
  if (withdraw(workflowId)) return untilRecorded(client, workflowId);
  const seen = await readEvent(client, liveRuns, { workflowId });
  if (seen === null) return 'not_found';
  if (hasEnded(seen)) return 'already_ended';
  const run = liveRuns.find(workflowId)?.run;
  return run !== undefined && seen.status === 'running' && seen.stage !== ON_CANCEL && isAtWork(run)
    ? 'not_cancellable'
    : askToCancel(client, workflowId);
}

/** Whether its light stages run, or the quick handlers that come after them. */
function isAtWork({ event, phase, handlers = {} }: EventRun): boolean {
  if (!isAtHandlers(phase)) return isInline(event.plan);
  return Object.values(handlers).some((handler) => handler.phase.status === 'running');
}

/** Asks a workflow that has one event at its stages. @throws EngineUnavailableError where it isn't known what came of it */
export async function askToCancel(client: Client, workflowId: string): Promise<Cancellation> {
  const handle = client.workflow.getHandle(workflowId);
  const updateId = randomUUID();
  try {
    return await verdictOf(callEngine(client, CANCEL_TIMEOUT_MS, () => handle.executeUpdate(CANCEL_UPDATE, { updateId })));
  } catch (error) {
    if (!isUnavailable(error) && !isNotFound(error)) throw error;
  }
  // The Update may be taken all the same, now or later: only the engine knows what became of it.
  try {
    return await verdictOf(callEngine(client, ASK_AGAIN_TIMEOUT_MS, () => handle.getUpdateHandle<void>(updateId).result()));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const end = await readWorkflowEnd(client, { workflowId }, ASK_AGAIN_TIMEOUT_MS);
  if (end === null) return 'not_found';
  if (end.kind === 'open') throw new EngineUnavailableError(`the engine lost the Update that cancels "${workflowId}"`);
  return 'already_ended';
}

/** That it was taken back is known to this process alone: should its task be given to another one, it is run there after all. */
async function untilRecorded(client: Client, workflowId: string): Promise<Cancellation> {
  try {
    await readEngine(client, CANCEL_TIMEOUT_MS + ASK_AGAIN_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).result());
    return 'already_ended';
  } catch (error) {
    if (error instanceof WorkflowFailedError) return error.cause instanceof CancelledFailure ? 'cancelling' : 'already_ended';
    throw error;
  }
}

async function verdictOf(update: Promise<void>): Promise<Cancellation> {
  try {
    await update;
    return 'cancelling';
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && (cause.type === 'already_ended' || cause.type === 'not_cancellable')) return cause.type;
    throw error;
  }
}
