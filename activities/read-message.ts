import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Activities } from '../domain/activities.ts';
import { recordedMessage } from '../domain/callback-message.ts';
import { isSettled } from '../domain/callback-record.ts';
import { ENDED_MEMO } from '../domain/durable-names.ts';
import type { EventResource, WorkflowReference } from '../domain/event-resource.ts';
import type { AttemptDelivery } from './callback/attempt-delivery.ts';
import type { Destinations } from './callback/destinations.ts';
import { originOf } from './callback/origin-memory.ts';
import { readInput } from './read-input.ts';

const WITH_VERDICT: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);
const BY_FORCE: ReadonlySet<string> = new Set(['TERMINATED', 'TIMED_OUT']);

export interface ReadMessageDependencies {
  readonly client: Client;
  readonly attemptDelivery: AttemptDelivery;
  readonly destinations: Destinations;
}

/**
 * Reads what an event's run has on record to be sent. Fails, so that it is tried again, as long as that goes on. Of what is
 * due it says, too, if its destination is parked: most that wait while a destination begins to hang find it so, and needn't
 * have another task to hear of it. Only reads.
 */
export function createReadMessage({ client, attemptDelivery, destinations }: ReadMessageDependencies): Activities['readMessage'] {
  return async ({ workflow, target, isDue }) => {
    const resource = await readVerdict(client, workflow);
    if (resource === null) {
      Context.current().log.warn('nothing is on record to be sent: the event was ended by force, or is gone', { event: workflow.id });
      return null;
    }
    const recorded = recordedMessage(resource);
    if (!isDue || isSettled(recorded.callback)) return recorded;
    const destination = await destinations.stateOf({ tenant: target.tenant, origin: originOf(target.callback.url) });
    if (destination !== 'parked') return recorded;
    const due = { target, message: recorded.message, attemptsMade: 0, destination };
    return { ...recorded, parked: await attemptDelivery(due, Context.current().cancellationSignal) };
  };
}

async function readVerdict(client: Client, { id, runId }: WorkflowReference): Promise<EventResource | null> {
  const handle = client.workflow.getHandle(id, runId, { followRuns: false });
  try {
    const { status, memo, raw } = await handle.describe();
    if (BY_FORCE.has(status.name)) {
      // The engine ends a run that it resets, which goes on as another.
      const next = raw.workflowExtendedInfo?.resetRunId;
      return next ? await readVerdict(client, { id, runId: next }) : null;
    }
    if (!WITH_VERDICT.has(status.name)) throw new Error(`the event of "${id}" has not ended yet`);
    if (status.name !== 'CANCELLED') return (await handle.result()) as EventResource;
    const left = memo?.[ENDED_MEMO] as EventResource | undefined;
    return left === undefined ? null : { ...left, data: await readData(client, { id, runId }) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (error instanceof WorkflowFailedError) return error.cause instanceof ApplicationFailure ? resourceOf(error.cause) : null;
    throw error;
  }
}

/** What it failed with is no resource where that was an error of ours: there is no verdict to tell then. */
function resourceOf({ details }: ApplicationFailure): EventResource | null {
  const detail: unknown = details?.[0];
  return typeof detail === 'object' && detail !== null && 'callback' in detail ? (detail as EventResource) : null;
}

/** What a cancelled one leaves has no data, which its input has. */
async function readData(client: Client, { id, runId }: WorkflowReference): Promise<unknown> {
  return (await readInput<AcceptedEvent>(client, { workflowId: id, runId })).data;
}
