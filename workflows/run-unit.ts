import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import { isCancellation, ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { AcceptedBatch } from '../domain/accepted-batch.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import type { Batch, BatchUnit } from '../domain/batch.ts';
import { lastUnitOf } from '../domain/batch-page.ts';
import { wayOf } from '../domain/item-kind.ts';
import type { UnitReference, UnitVerdict } from '../domain/batch-work.ts';
import { TASK_QUEUES } from '../temporal/durable/names.ts';
import { toSearchAttributes } from '../temporal/durable/search-attributes.ts';
import { pageWorkflowId, unitWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { processItem } from './process-item.ts';
import { processItems } from './process-items.ts';
import { WATCHED } from './watched.ts';

export const { readUnits } = proxyActivities<Pick<Activities, 'readUnits'>>({
  ...WATCHED,
  startToCloseTimeout: '15s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// No item's stages, waits and retries take longer; what holds a permit must end some day.
const MAX_RUN = '15d';

/**
 * Starts a unit as a child, which outlives this run of its batch. Null for one that was started before: by a run whose work
 * is repeated, since this one goes on from an earlier state.
 */
export async function startUnit(accepted: AcceptedBatch, batch: Batch, unit: BatchUnit): Promise<ChildWorkflowHandle<Workflow> | null> {
  const page = pageWorkflowId(accepted, accepted.upload, unit.page);
  // Counted with the unit itself, which has begun.
  const items = unit.offsets.map((offset) => ({ offset, run: runsOf(batch, unit.page, offset) }));
  const { workflow, isOfSubject, priority } = wayOf(unit.kind);
  const options = {
    workflowId: unitWorkflowId(accepted, accepted.upload, unit),
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    taskQueue: TASK_QUEUES.heavy,
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowTaskTimeout: '2s',
    workflowRunTimeout: MAX_RUN,
    staticSummary: `${items.length === 1 ? 'an item' : `${items.length} items`} of page ${unit.page + 1}`,
    typedSearchAttributes: toSearchAttributes({
      Kind: workflow === 'shared' ? 'chunk' : 'event',
      Tenant: accepted.tenant,
      BatchId: accepted.id,
    }),
    priority: { priorityKey: priority, fairnessKey: accepted.tenant },
  } as const;
  const key = { page: unit.page, number: unit.number };
  const [first] = items;
  try {
    if (workflow === 'shared') {
      const shared = {
        unit: key,
        page,
        items,
        parallel: unit.parallel,
        ...(batch.isInOrder && ({ isInOrder: true } as const)),
        ...(isOfSubject && ({ isOfSubjects: true } as const)),
      };
      return await startChild(processItems, { ...options, args: [shared] });
    }
    return first === undefined ? null : await startChild(processItem, { ...options, args: [{ unit: key, page, ...first }] });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

/**
 * Waits for a unit's end and says what became of its items. Of one that failed, was terminated or timed out, the engine
 * knows what it had recorded by then; null where it has to be asked again.
 */
export async function unitEnd(child: ChildWorkflowHandle<Workflow>, unit: UnitReference): Promise<UnitVerdict | null> {
  try {
    const verdict = (await child.result()) as UnitVerdict;
    return unit.isOwn ? { marks: ['c'], causes: [] } : verdict;
  } catch (error) {
    if (unit.isOwn && isCancellation(error)) return { marks: ['x'], causes: [] };
    const [verdict = null] = await readUnits({ units: [unit] });
    return verdict;
  }
}

function runsOf({ pages }: Batch, page: number, offset: number): number {
  const of = pages[page];
  return (of && lastUnitOf(of, offset)?.runs) ?? 1;
}
