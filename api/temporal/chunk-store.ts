import type { Client } from '@temporalio/client';
import { isEventId, isHandlerRunId, parseMemberId } from '../../domain/event-id.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { MemberPlace } from '../../domain/event-id.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { EventKey } from '../event-service.ts';
import type { EventStore } from '../event-store.ts';
import type { LiveRuns } from '../live-runs.ts';
import { cancelEvent } from './cancel-event.ts';
import { explainEvent } from './explain-event.ts';
import { findChunk } from '../../temporal/read-chunk.ts';
import { readLastRun } from './read-last-run.ts';
import { readRun } from './read-run.ts';
import type { FoundChunk } from '../../temporal/read-chunk.ts';

/** Events that have a workflow, and handlers of events that have: one by itself under its own id, or several that share it, whose ids say which and where. */
export function createChunkStore(
  client: Client,
  liveRuns: LiveRuns,
  withdraw: (workflowId: string) => boolean,
  now: () => number,
): EventStore {
  function chunkOf({ tenant }: EventKey, { chunkId }: MemberPlace): Promise<FoundChunk | null> {
    return findChunk(client, { workflowId: eventWorkflowId({ tenant, id: chunkId }) });
  }

  async function read(key: EventKey): Promise<EventResource | null> {
    const place = placeOf(key);
    const chunk = await chunkOf(key, place);
    return chunk && readRun(client, liveRuns, chunk, place.index);
  }

  return {
    has: (id) => parseMemberId(id) !== null || isEventId(id) || isHandlerRunId(id),

    read,

    async accepted(key) {
      const place = placeOf(key);
      const chunk = await chunkOf(key, place);
      const event = chunk?.events[place.index] ?? null;
      // One that has left its company may have been replayed since, and is given something else then.
      const own = chunk !== null && event !== null && chunk.events.length > 1 ? await chunkOf(key, { chunkId: event.id, index: 0 }) : null;
      return own?.events[0] ?? event;
    },

    async cancel(key) {
      const workflowId = eventWorkflowId(key);
      if (parseMemberId(key.id) === null) return cancelEvent(client, liveRuns, withdraw, workflowId);
      const member = await read(key);
      if (member === null) return 'not_found';
      if (member.completedAt !== null) return 'already_ended';
      // One that has left its company can be cancelled as any other.
      return member.workflow.id === workflowId ? cancelEvent(client, liveRuns, withdraw, workflowId) : 'not_cancellable';
    },

    async lastRun(key) {
      const place = placeOf(key);
      const chunk = await chunkOf(key, place);
      return chunk && readLastRun(client, chunk, place.index);
    },

    async why(key) {
      const resource = await read(key);
      return resource && explainEvent(client, resource, now());
    },
  };
}

function placeOf({ id }: EventKey): MemberPlace {
  return parseMemberId(id) ?? { chunkId: id, index: 0 };
}
