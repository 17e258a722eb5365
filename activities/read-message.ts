import { Context } from '@temporalio/activity';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../temporal/durable/activities.ts';
import { recordedMessage } from '../domain/callback-message.ts';
import { isSettled } from '../domain/callback-record.ts';
import type { Chunk, ChunkRecord } from '../domain/chunk.ts';
import { eventsOf } from '../domain/chunk.ts';
import { ENDED_MEMO } from '../temporal/durable/names.ts';
import type { EventResource, WorkflowReference } from '../domain/event-resource.ts';
import { toEventResource } from '../domain/event-resource.ts';
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
    if (status.name === 'CANCELLED') return await toResource(client, { id, runId }, memo?.[ENDED_MEMO]);
    return await toResource(client, { id, runId }, await handle.result());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    if (!(error instanceof WorkflowFailedError)) throw error;
    return error.cause instanceof ApplicationFailure ? toResource(client, { id, runId }, error.cause.details?.[0]) : null;
  }
}

/** Null for what failed by an error of ours: there is no verdict to tell then. */
async function toResource(client: Client, workflow: WorkflowReference, left: unknown): Promise<EventResource | null> {
  const [kept] = isChunkRecord(left) ? left.runs : [];
  if (kept === undefined) return null;
  const chunk = await readInput<Chunk>(client, { workflowId: workflow.id, runId: workflow.runId });
  const [event] = eventsOf(chunk);
  return event === undefined ? null : toEventResource({ event, ...kept }, kept.callback, workflow);
}

function isChunkRecord(value: unknown): value is ChunkRecord {
  return typeof value === 'object' && value !== null && 'runs' in value && Array.isArray(value.runs);
}
