import type { Client } from '@temporalio/client';
import { runName } from '../../domain/event-id.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { EngineUnavailableError } from '../../temporal/engine-unavailable-error.ts';
import type { Cancellation } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { cancelEvent } from './cancel-event.ts';
import { readEvent } from './read-run.ts';

// An event of a subject, or an item of a batch, whose stages are complete is done with there: it goes on for its handlers in a workflow
// of its own, which alone knows more of it from then on.

// The default of RETENTION. It is started as soon as the engine is there for it.
const STARTED_WITHIN_MS = 7 * 24 * 3_600_000;

type Named = Pick<EventResource, 'tenant' | 'id'> & { readonly batchId?: string | null };

/** Whether an event's stages are complete, and its handlers are not. */
export function isAtHandlers({ status, stage }: Pick<EventResource, 'status' | 'stage'>): boolean {
  return status === 'running' && stage === null;
}

/** The event as that workflow knows it; null where there is none. */
export function readAtHandlers(client: Client, liveRuns: LiveRuns, event: Named): Promise<EventResource | null> {
  return readEvent(client, liveRuns, { workflowId: workflowIdOf(event) });
}

/** An event as it is now, where it may be at its handlers. */
export async function readNow(client: Client, liveRuns: LiveRuns, resource: EventResource): Promise<EventResource> {
  if (!isAtHandlers(resource)) return resource;
  const own = await readAtHandlers(client, liveRuns, resource);
  if (own !== null) return own;
  // It is about to be started; or it came from somebody who remembers it for longer than the engine keeps what has ended.
  const { startedAt } = resource;
  const isForgotten = startedAt !== null && Date.now() - Date.parse(startedAt) > STARTED_WITHIN_MS;
  return isForgotten ? { ...resource, status: 'completed', completedAt: startedAt, handlers: {} } : resource;
}

/**
 * What it is at can't be taken back by the process that accepted it.
 * @throws EngineUnavailableError also where its workflow has yet to be started
 */
export async function cancelAtHandlers(client: Client, liveRuns: LiveRuns, event: EventResource): Promise<Cancellation> {
  if (hasEnded(event)) return 'already_ended';
  const cancellation = await cancelEvent(client, liveRuns, () => false, workflowIdOf(event));
  if (cancellation === 'not_found') throw new EngineUnavailableError(`"${event.id}" has yet to go on for its handlers`);
  return cancellation;
}

function workflowIdOf(event: Named): string {
  return eventWorkflowId({ tenant: event.tenant, id: runName(event) });
}
