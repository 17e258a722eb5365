import {
  ApplicationFailure,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { AcceptedBatch } from '../domain/accepted-batch.ts';
import type { Batch, BatchUnit } from '../domain/batch.ts';
import { lastUnitOf } from '../domain/batch.ts';
import type { UnitVerdict } from '../domain/batch-work.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { pageWorkflowId, unitWorkflowId } from '../domain/event-id.ts';
import type { EventResource } from '../domain/event-resource.ts';
import { failureCause } from '../domain/failure-cause.ts';
import { processItem } from './process-item.ts';
import { processItems } from './process-items.ts';

// No item's stages, waits and retries take longer, but for a delay of up to a year; what holds a permit must end some day.
const MAX_RUN = '380d';

/**
 * Runs a unit as a child workflow and says what became of its items. One that is terminated, timed out or lost has failed:
 * the engine says so, and nothing else would.
 */
export async function runUnit(accepted: AcceptedBatch, batch: Batch, unit: BatchUnit): Promise<UnitVerdict> {
  const page = pageWorkflowId(accepted, accepted.upload, unit.page);
  // Counted with the unit itself, which has begun.
  const items = unit.offsets.map((offset) => ({ offset, run: runsOf(batch, unit.page, offset) }));
  const options = {
    workflowId: unitWorkflowId(accepted, unit.page, unit.number),
    taskQueue: TASK_QUEUES.heavy,
    workflowTaskTimeout: '2s',
    workflowRunTimeout: MAX_RUN,
  } as const;
  const [first] = items;
  try {
    if (unit.kind === 'shared') return await executeChild(processItems, { ...options, args: [{ page, items, parallel: unit.parallel }] });
    if (first !== undefined) await executeChild(processItem, { ...options, args: [{ page, ...first }] });
    return { letters: ['c'], causes: [] };
  } catch (error) {
    if (isCancellation(error)) return { letters: items.map(() => 'x'), causes: [] };
    const cause = causeOf(error);
    return { letters: items.map(() => 'f'), causes: items.map(() => cause) };
  }
}

function runsOf({ pages }: Batch, page: number, offset: number): number {
  const of = pages[page];
  return (of && lastUnitOf(of, offset)?.runs) ?? 1;
}

function causeOf(error: unknown): string {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof TerminatedFailure) return 'terminated';
  if (cause instanceof TimeoutFailure) return 'timed_out';
  if (!(cause instanceof ApplicationFailure)) return 'internal';
  const resource = cause.details?.[0] as EventResource | undefined;
  return resource?.error ? failureCause(resource.type, resource.error) : (cause.type ?? 'internal');
}
