import { getExternalWorkflowHandle, proxyActivities } from '@temporalio/workflow';
import type { AcceptedBatch } from '../domain/accepted-batch.ts';
import type { Batch, BatchUnit, RunningUnit } from '../domain/batch.ts';
import type { PlacesGrant, UnitReference, UnitVerdict } from '../domain/batch-work.ts';
import { wayOf } from '../domain/item-kind.ts';
import { fromRanges } from '../domain/offsets.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { unitWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { createLookAfter } from './look-after.ts';
import { placesGrantedSignal } from './messages.ts';
import { startUnit, unitEnd } from './run-unit.ts';
import { IN_BACKGROUND } from './watched.ts';

const { cancelItems } = proxyActivities<Activities>(IN_BACKGROUND);

export interface BatchUnitsOptions {
  readonly accepted: AcceptedBatch;
  readonly batch: () => Batch;
  readonly onEnd: (unit: RunningUnit, verdict: UnitVerdict) => void;
  /** What was on its way to a unit has arrived. */
  readonly onNews: () => void;
}

/** The workflows of a batch's units, as its own starts them, speaks to them and hears of their ends. */
export function createBatchUnits({ accepted, batch, onEnd, onNews }: BatchUnitsOptions) {
  let starting = 0;
  const lookAfter = createLookAfter({ toReference, onEnd });

  function cancel(units: readonly RunningUnit[]): void {
    const workflowIds = units.filter(({ kind }) => wayOf(kind).workflow === 'own').map((unit) => toReference(unit).workflowId);
    // Awaited by nobody: whatever it comes to, the items' own ends are what counts.
    if (workflowIds.length > 0) void cancelItems({ workflowIds }).catch(() => undefined);
  }

  function toReference(unit: RunningUnit): UnitReference {
    const offsets = fromRanges(batch().pages[unit.page]?.units[unit.number] ?? '');
    return { workflowId: unitWorkflowId(accepted, accepted.upload, unit), isOwn: wayOf(unit.kind).workflow === 'own', offsets };
  }

  return {
    lookAfter,

    cancel,

    /** What is on its way when this run ends is lost with it. */
    isStarting: () => starting > 0,

    /** Never rejects: whatever becomes of a unit is its verdict. */
    async run(unit: BatchUnit): Promise<void> {
      starting += 1;
      const child = await startUnit(accepted, batch(), unit);
      starting -= 1;
      onNews();
      if (child === null) return lookAfter([unit]);
      // Told now, since it couldn't be before it was there.
      if (batch().isCancelled) cancel([unit]);
      const verdict = await unitEnd(child, toReference(unit));
      if (verdict === null) lookAfter([unit]);
      else onEnd(unit, verdict);
    },

    /** Counted as a start is. Never rejects: a unit that is gone has an end. */
    async grantPlaces(unit: RunningUnit, grant: PlacesGrant): Promise<void> {
      starting += 1;
      await getExternalWorkflowHandle(toReference(unit).workflowId)
        .signal(placesGrantedSignal, grant)
        .catch(() => undefined);
      starting -= 1;
      onNews();
    },
  };
}
