import type { Client } from '@temporalio/client';
import { eventsOf } from '../../domain/chunk.ts';
import { findChunk, isChunk } from '../../temporal/read-chunk.ts';
import type { FoundChunk } from '../../temporal/read-chunk.ts';
import { readWorkflowEnd, readWorkflowStart } from '../../temporal/history.ts';

/**
 * The newest run of an event that has been replayed, given another one: a chunk of one, found by the run of its workflow. Null where the
 * given run is the newest.
 */
export async function findNewer(client: Client, { execution, events, end }: FoundChunk): Promise<FoundChunk | null> {
  // Nothing else is replayed.
  if (events.length > 1 || end.kind === 'open' || end.kind === 'completed') return null;
  const { workflowId } = execution;
  const started = await readWorkflowStart(client, { workflowId });
  const [newest] = isChunk(started?.input) ? eventsOf(started.input) : [];
  return (newest?.run ?? 0) > (events[0]?.run ?? 0) ? findChunk(client, { workflowId }) : null;
}

/** Whether the engine still knows the run that a chunk of one has replayed. */
export async function isEarlierKnown(client: Client, { execution, events }: FoundChunk): Promise<boolean> {
  const before = events.length === 1 ? events[0]?.replay?.of : undefined;
  if (before === undefined) return false;
  return (await readWorkflowEnd(client, { workflowId: execution.workflowId, runId: before })) !== null;
}
