import type { Client } from '@temporalio/client';
import type { RunItemsOutcome, SharedUnitInput } from '../domain/batch-work.ts';
import type { ItemRun } from '../domain/item-run.ts';
import { readRecorded } from './history.ts';
import type { WorkflowEnd } from './history.ts';

/** A unit of a batch whose items share its workflow, as the engine has it. */
export interface RecordedUnit {
  /** Each of its items by its offset, as the last call that took it up has left it. */
  readonly items: ReadonlyMap<number, ItemRun>;
  readonly end: WorkflowEnd;
  readonly runId: string;
}

/** Null when there is no such unit: its start is on the way, or it never came to one. */
export async function readUnit(client: Client, workflowId: string, timeoutMs?: number): Promise<RecordedUnit | null> {
  const recorded = await readRecorded(client, { workflowId }, timeoutMs);
  if (recorded === null) return null;
  const { items: given } = recorded.input as SharedUnitInput;
  const taken = recorded.results.filter(isOutcome).flatMap(({ items }) => items);
  return { items: new Map([...given, ...taken].map((item) => [item.offset, item])), end: recorded.end, runId: recorded.runId };
}

/** Others of its local activities leave markers too. */
function isOutcome(result: unknown): result is RunItemsOutcome {
  return typeof result === 'object' && result !== null && 'items' in result;
}
