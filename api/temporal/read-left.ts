import type { Client } from '@temporalio/client';
import { runName } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { LiveRuns } from '../live-runs.ts';
import { readEvent } from './read-run.ts';

/** Whether an event has left its subject, which is done with it, for a workflow of its own, where its handlers are called. */
export function hasLeftSubject({ status, stage }: EventResource): boolean {
  return status === 'running' && stage === null;
}

/** A subject's event as it is now: its subject knows no more of one that has left it. */
export async function readLeft(client: Client, liveRuns: LiveRuns, resource: EventResource): Promise<EventResource> {
  if (!hasLeftSubject(resource)) return resource;
  const { tenant } = resource;
  const own = await readEvent(client, liveRuns, { workflowId: eventWorkflowId({ tenant, id: runName(resource) }) });
  // A subject remembers its events for longer than the engine keeps what has ended.
  return own ?? { ...resource, status: 'completed', completedAt: resource.startedAt, handlers: {} };
}
