import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Activities } from '../../temporal/durable/activities.ts';
import { recordedMessage } from '../../domain/callback-message.ts';
import { isSettled } from '../../domain/callback-record.ts';
import type { Chunk } from '../../domain/chunk.ts';
import { eventsOf } from '../../domain/chunk.ts';
import type { EventResource, WorkflowReference } from '../../domain/event-resource.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { AttemptDelivery } from './attempt-delivery.ts';
import type { Destinations } from './destinations.ts';
import { originOf } from './origins.ts';
import { readEngine } from '../../temporal/engine-call.ts';
import { ACTIVITY_READ_TIMEOUT_MS, readWorkflowEnd, readWorkflowInput } from '../../temporal/history.ts';
import type { Execution } from '../../temporal/history.ts';
import { readLeft } from '../../temporal/read-chunk.ts';

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
    if (destination !== 'open') return recorded;
    const due = { target, message: recorded.message, attemptsMade: 0, destination };
    return { ...recorded, parked: await attemptDelivery(due, Context.current().cancellationSignal) };
  };
}

async function readVerdict(client: Client, { id, runId }: WorkflowReference): Promise<EventResource | null> {
  const execution = { workflowId: id, runId };
  const end = await readWorkflowEnd(client, execution, ACTIVITY_READ_TIMEOUT_MS);
  if (end === null) return null;
  if (end.kind === 'open') throw new Error(`the event of "${id}" has not ended yet`);
  if (end.kind === 'terminated' || end.kind === 'timed_out') {
    // The engine ends a run that it resets, which goes on as another.
    const next = await readReset(client, execution);
    return next === null ? null : readVerdict(client, { id, runId: next });
  }
  const kept = await readLeft(client, execution, end);
  if (kept === null) return null;
  const [event] = eventsOf(await readWorkflowInput<Chunk>(client, execution, ACTIVITY_READ_TIMEOUT_MS));
  return event === undefined ? null : toEventResource({ event, ...kept }, kept.callback, { id, runId });
}

/** The run that an ended one was reset to; null where there is none. */
async function readReset(client: Client, { workflowId, runId }: Required<Execution>): Promise<string | null> {
  const { raw } = await readEngine(client, ACTIVITY_READ_TIMEOUT_MS, () => client.workflow.getHandle(workflowId, runId).describe());
  return raw.workflowExtendedInfo?.resetRunId || null;
}
