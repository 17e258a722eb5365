import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Activities } from '../domain/activities.ts';
import { recordedMessage } from '../domain/callback-message.ts';
import { ENDED_MEMO } from '../domain/durable-names.ts';
import type { EventResource, WorkflowReference } from '../domain/event-resource.ts';
import { readInput } from './read-input.ts';

const WITH_VERDICT: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);
const BY_FORCE: ReadonlySet<string> = new Set(['TERMINATED', 'TIMED_OUT']);

/** Reads what an event's run has on record to be sent. Fails, so that it is tried again, as long as that goes on. Only reads. */
export function createReadMessage(client: Client): Activities['readMessage'] {
  return async ({ workflow }) => {
    const resource = await readVerdict(client, workflow);
    return resource && recordedMessage(resource);
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
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return resourceOf(error.cause);
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
