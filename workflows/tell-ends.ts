import { proxySinks } from '@temporalio/workflow';
import type { ChunkRun } from '../domain/chunk-run.ts';
import type { ItemRun } from '../domain/item-run.ts';
import { runEndOf } from '../domain/run-end.ts';
import type { CancelledEnds, EndSinks } from '../temporal/durable/end-sinks.ts';

// A sink is no command: histories know nothing of it, and nobody is told while a task is replayed.
const { ends } = proxySinks<EndSinks>();

/** Tells the process which of a chunk's runs end with this workflow; those that have left end with their own. */
export function tellChunkEnds(runs: readonly ChunkRun[]): void {
  ends.ofChunk({ runs: runs.flatMap(({ run, hasLeft }) => (hasLeft ? [] : (runEndOf(run) ?? []))) });
}

/** The same of items that share a workflow, whose events are in their page. */
export function tellItemEnds(page: string, items: readonly ItemRun[]): void {
  ends.ofItems({ page, items });
}

/** The same of items that a run of their batch's workflow has cancelled; nothing where there are none. */
export function tellCancelledEnds(ended: CancelledEnds): void {
  if (ended.cancelled.length > 0) ends.ofCancelled(ended);
}
