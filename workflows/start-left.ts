import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import { toChunk } from '../domain/chunk.ts';
import type { ChunkRun } from '../domain/chunk-run.ts';
import { chunkAttributes, chunkStart } from '../temporal/durable/chunk-start.ts';
import { toSearchAttributes } from '../temporal/durable/search-attributes.ts';
import { runName } from '../domain/event-id.ts';
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
  await mapAtMost(left, STARTED_AT_ONCE, ({ run }) => startAlone(run, { inFlight: runs.length, slowStartMs: 0 }));
}

/** Has a run go on as a chunk of its own, which outlives this one; null where it does already, as after a reset of this one. */
export async function startAlone(run: EventRun, load: TaskLoad): Promise<ChildWorkflowHandle<Workflow> | null> {
  const chunk = toChunk([run.event], [stateOf(run)]);
  try {
    return await startChild(WORKFLOWS.processChunk, {
      ...chunkStart(runName(run.event), chunk, load),
      // An earlier run may have left one of this name: of an event that is replayed, or that its subject knew no more when it came again.
      ...((run.event.run > 1 || run.event.handlerOf !== undefined) && { workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const }),
      args: [chunk],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: toSearchAttributes(chunkAttributes(chunk)),
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}
