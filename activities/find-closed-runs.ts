import type { Client } from '@temporalio/client';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { isNotFound } from '../temporal/engine-call.ts';

const AT_ONCE = 20;
// By name: a status that this code doesn't know must never cost a living run its permit.
const CLOSED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'CONTINUED_AS_NEW', 'TIMED_OUT']);

/** Asks the engine which runs are closed; one that it can't answer for now counts as open. Only reads. */
export function createFindClosedRuns(client: Client) {
  return async function findClosedRuns({ runs }: { readonly runs: readonly WorkflowReference[] }) {
    const areClosed = await mapAtMost(runs, AT_ONCE, ({ id, runId }) => isClosed(client, id, runId));
    return { closed: runs.filter((_, index) => areClosed[index]).map(({ runId }) => runId) };
  };
}

async function isClosed(client: Client, workflowId: string, runId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId, runId).describe();
    return CLOSED.has(status.name);
  } catch (error) {
    return isNotFound(error);
  }
}
