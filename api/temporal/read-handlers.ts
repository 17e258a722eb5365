import type { Client } from '@temporalio/client';
import { handlerRunId } from '../../domain/event-id.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventResource, HandlerResource } from '../../domain/event-resource.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';

/** Reads an event by the id of its workflow; null where there is none. */
type ReadEvent = (client: Client, workflowId: string) => Promise<EventResource | null>;

/**
 * The resource of an event that waits for its handlers, with where those stand that have workflows of their own by now: its own
 * hears of them at their ends.
 */
export async function withHandlers(client: Client, resource: EventResource, readEvent: ReadEvent): Promise<EventResource> {
  if (resource.status !== 'running' || resource.stage !== null) return resource;
  const { tenant } = resource;
  const open = Object.entries(resource.handlers).filter(([, handler]) => !hasEnded(handler));
  const known = await Promise.all(
    open.map(async ([name]): Promise<readonly [string, HandlerResource][]> => {
      const own = await readEvent(client, eventWorkflowId({ tenant, id: handlerRunId(resource, name) }));
      return own === null ? [] : [[name, toHandler(own, name)]];
    }),
  );
  return { ...resource, handlers: { ...resource.handlers, ...Object.fromEntries(known.flat()) } };
}

function toHandler({ status, attempts, result, error }: EventResource, name: string): HandlerResource {
  return { status, attempts: attempts[name] ?? 0, result: result?.[name] ?? null, error };
}
