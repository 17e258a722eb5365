import type { Client } from '@temporalio/client';
import type { EventRun } from '../../domain/event-run.ts';
import { isEnded } from '../../domain/event-run.ts';
import { isInline } from '../../domain/is-inline.ts';
import { eventWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { askRun, begunRun, findChunk, mayHaveLeft, readRuns } from '../../temporal/read-chunk.ts';
import type { FoundChunk } from '../../temporal/read-chunk.ts';
import { readStanding } from '../../temporal/read-standing.ts';
import type { LastRun } from '../replay-service.ts';
import { endLost } from './read-run.ts';

const ANSWERS_WITHIN_MS = 2_000;

/** An event of a chunk as its newest run has left it, with the results of its stages; null where the chunk has none of that index. */
export async function readLastRun(client: Client, found: FoundChunk, index: number): Promise<LastRun | null> {
  const { events, end } = found;
  const event = events[index];
  if (event === undefined) return null;
  const { runs, workflow } = await readRuns(client, found);
  // It was shown as ended, perhaps, by the same workflow a moment before: who would run it again is told of that, though it takes its time.
  const isSilent = runs === null && end.kind === 'open' && events.length === 1 && !isInline(event.plan);
  const kept = isSilent ? ((await askRun(client, found.execution, ANSWERS_WITHIN_MS)) ?? undefined) : runs?.[index];
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
