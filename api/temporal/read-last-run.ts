import type { Client } from '@temporalio/client';
import type { EventRun } from '../../domain/event-run.ts';
import { isEnded } from '../../domain/event-run.ts';
import { isInline } from '../../domain/is-inline.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { begunRun, findChunk, mayHaveLeft, readRuns } from '../../temporal/read-chunk.ts';
import type { FoundChunk } from '../../temporal/read-chunk.ts';
import { readStanding } from '../../temporal/read-standing.ts';
import type { LastRun } from '../replay-service.ts';
import { endLost } from './read-run.ts';

/** An event of a chunk as its newest run has left it, with the results of its stages; null where the chunk has none of that index. */
export async function readLastRun(client: Client, found: FoundChunk, index: number): Promise<LastRun | null> {
  const { events, end } = found;
  const event = events[index];
  if (event === undefined) return null;
  const { runs, workflow } = await readRuns(client, found);
  const kept = runs?.[index];
  const own = mayHaveLeft(found, kept) ? await findChunk(client, { workflowId: eventWorkflowId(event) }) : null;
  if (own !== null) return readLastRun(client, own, 0);
  const run: EventRun = kept === undefined ? begunRun(found, event, index) : { event, ...kept };
  if (end.kind === 'open') return { kind: 'run', run, runId: workflow.runId };
  // Stages on a worker are on record one by one, also where the workflow was ended before it could leave a record of its own.
  const isLeftOut = kept === undefined && !isEnded(run.phase) && !isInline(event.plan);
  const standing = isLeftOut ? await readStanding(client, { workflowId: workflow.workflowId }, run) : null;
  const { phase } = endLost(run, end);
  return { kind: 'run', run: { ...run, ...standing, phase }, runId: workflow.runId };
}
