import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { UnitReference, UnitVerdict } from '../../domain/batch-work.ts';
import { markOf } from '../../domain/item-run.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { Activities } from '../../temporal/durable/activities.ts';
import { toForcedEnd } from '../../temporal/forced-end.ts';
import { ACTIVITY_READ_TIMEOUT_MS, readWorkflowEnd } from '../../temporal/history.ts';
import type { WorkflowEnd } from '../../temporal/history.ts';
import { readUnit } from '../../temporal/read-unit.ts';

const AT_ONCE = 20;

/** Asks the engine what became of units, whichever run of their batch has started them. Only reads. */
export function createReadUnits(client: Client): Activities['readUnits'] {
  return ({ units }) => mapAtMost(units, AT_ONCE, (unit) => verdictOf(client, unit));
}

async function verdictOf(client: Client, unit: UnitReference): Promise<UnitVerdict | null> {
  const { workflowId, isOwn, offsets } = unit;
  const end = await readWorkflowEnd(client, { workflowId }, ACTIVITY_READ_TIMEOUT_MS);
  if (end?.kind === 'open') return null;
  const verdict = end && (isOwn ? ownVerdict(end) : await readShared(client, unit));
  // Its batch came to an end of its own before the engine had started it.
  return verdict ?? { marks: offsets.map(() => 'p'), causes: [] };
}

type Ended = Exclude<WorkflowEnd, { kind: 'open' }>;

function ownVerdict(end: Ended): UnitVerdict {
  if (end.kind === 'completed') return { marks: ['c'], causes: [] };
  return end.kind === 'cancelled' ? { marks: ['x'], causes: [] } : { marks: ['f'], causes: [causeOf(end)] };
}

/**
 * What a unit had recorded when it ended; what it hadn't, it gives back if it says so itself, else it has failed with it. Null where the
 * engine has forgotten it.
 */
async function readShared(client: Client, { workflowId, offsets }: UnitReference): Promise<UnitVerdict | null> {
  const unit = await readUnit(client, workflowId, ACTIVITY_READ_TIMEOUT_MS);
  if (unit === null) return null;
  const { items, end } = unit;
  const verdicts = offsets.map((offset) => {
    const item = items.get(offset);
    const mark = item === undefined ? 'p' : markOf(item);
    if (mark !== 'p' || item === undefined || end.kind === 'completed') return { mark, cause: item?.cause };
    return { mark: 'f', cause: end.kind === 'open' ? 'internal' : causeOf(end) } as const;
  });
  return { marks: verdicts.map(({ mark }) => mark), causes: verdicts.flatMap(({ cause }) => cause ?? []) };
}

/** What has failed is grouped by what its workflow says beside what it leaves, if it says anything. */
function causeOf(end: Ended): string {
  const named = end.kind === 'failed' && end.failure instanceof ApplicationFailure ? end.failure.details?.[1] : null;
  return typeof named === 'string' ? named : toForcedEnd(end).code;
}
