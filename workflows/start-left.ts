import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { toChunk } from '../domain/chunk.ts';
import type { ChunkRun } from '../domain/chunk-run.ts';
import { chunkAttributes, chunkStart } from '../temporal/durable/chunk-start.ts';
import { toSearchAttributes } from '../temporal/durable/search-attributes.ts';
import { stateOf } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { WORKFLOWS } from '../temporal/durable/names.ts';
import type { TaskLoad } from '../temporal/durable/task-timeout.ts';

const STARTED_AT_ONCE = 50;

/**
 * Has the runs that have left a chunk go on, each as a chunk of its own, which outlives this one. Awaited, since a child whose
 * parent completes in the same task is never started.
 */
export async function startLeft(runs: readonly ChunkRun[]): Promise<void> {
  const left = runs.filter(({ hasLeft }) => hasLeft);
  await mapAtMost(left, STARTED_AT_ONCE, ({ run }) => start(run, { inFlight: runs.length, slowStartMs: 0 }));
}

async function start(run: EventRun, load: TaskLoad): Promise<void> {
  const chunk = toChunk([run.event], [stateOf(run)]);
  try {
    await startChild(WORKFLOWS.processChunk, {
      ...chunkStart(run.event.id, chunk, load),
      args: [chunk],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: toSearchAttributes(chunkAttributes(chunk)),
    });
  } catch (error) {
    // A run that was reset comes here a second time; the event is under way.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
