import type { Client } from '@temporalio/client';
import { afterFirstRide } from '../domain/after-ride.ts';
import type { CallbackRecord } from '../domain/callback-record.ts';
import type { RunItemsOutcome, SharedUnitInput } from '../domain/batch-work.ts';
import type { ItemRun } from '../domain/item-run.ts';
import type { FirstAttemptsOutcome } from './durable/activities.ts';
import { readRecorded } from './history.ts';
import type { WorkflowEnd } from './history.ts';

/** A unit of a batch whose items share its workflow, as the engine has it. */
export interface RecordedUnit {
  /** Each of its items by its offset, as the last call that took it up has left it. */
  readonly items: ReadonlyMap<number, ItemRun>;
  /** What is known of the callback of one of its items; null where nothing is. @param owner whose it is, as messages name him */
  callbackOf(owner: string, url: string): CallbackRecord | null;
  readonly end: WorkflowEnd;
  readonly runId: string;
}

/** Null when there is no such unit: its start is on the way, or it never came to one. */
export async function readUnit(client: Client, workflowId: string, timeoutMs?: number): Promise<RecordedUnit | null> {
  const recorded = await readRecorded(client, { workflowId }, timeoutMs);
  if (recorded === null) return null;
  const { items: given } = recorded.input as SharedUnitInput;
  const taken = recorded.results.filter(isOutcome).flatMap(({ items }) => items);
  const rides = new Map(
    recorded.results.filter(isFirstAttempts).flatMap(({ owners, rides }) => owners.map((owner, index) => [owner, rides[index]])),
  );
  return {
    items: new Map([...given, ...taken].map((item) => [item.offset, item])),
    callbackOf: (owner, url) => {
      const ride = rides.get(owner);
      return ride === undefined ? null : afterFirstRide(url, ride).record;
    },
    end: recorded.end,
    runId: recorded.runId,
  };
}

function isFirstAttempts(result: unknown): result is FirstAttemptsOutcome {
  return typeof result === 'object' && result !== null && 'rides' in result;
}

/** Others of its activities leave results too. */
function isOutcome(result: unknown): result is RunItemsOutcome {
  return typeof result === 'object' && result !== null && 'items' in result;
}
