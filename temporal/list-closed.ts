import type { Client } from '@temporalio/client';
import { WORKFLOWS } from './durable/names.ts';
import { readEngine } from './engine-call.ts';
import { allOf, is, isClosedSince, oneOf } from './list-query.ts';
import { toMicroseconds } from './list-workflows.ts';

/** A workflow that has run events, and is closed. */
export interface ClosedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
  /** Its type's name. */
  readonly type: string;
  /** By the engine's clock, in microseconds since 1970. */
  readonly closedAtUs: number;
}

const TIMEOUT_MS = 1_500;
const PAGE_SIZE = 1_000;
const RUN_EVENTS = [WORKFLOWS.processChunk, WORKFLOWS.processItem, WORKFLOWS.processItems];
const CLOSED = ['Completed', 'Failed', 'Canceled', 'Terminated', 'TimedOut'];

/**
 * A tenant's workflows that were closed since then, the earliest first, as far as the engine's index knows, which may lag by a second
 * or more. Null where there are more than `atMost`. @throws EngineUnavailableError
 */
export async function listClosed(
  client: Client,
  { tenant, sinceUs, atMost }: { readonly tenant: string; readonly sinceUs: number; readonly atMost: number },
): Promise<readonly ClosedWorkflow[] | null> {
  const { namespace } = client.options;
  const query = allOf(oneOf('WorkflowType', RUN_EVENTS), is('Tenant', tenant), oneOf('ExecutionStatus', CLOSED), isClosedSince(sinceUs));
  const found: ClosedWorkflow[] = [];
  let nextPageToken: Uint8Array | null = new Uint8Array();
  while (nextPageToken !== null) {
    const token: Uint8Array = nextPageToken;
    const page = await readEngine(client, TIMEOUT_MS, () =>
      client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: PAGE_SIZE, nextPageToken: token }),
    );
    for (const { execution, type, closeTime } of page.executions ?? []) {
      const { workflowId, runId } = execution ?? {};
      if (workflowId && runId) found.push({ workflowId, runId, type: type?.name ?? '', closedAtUs: toMicroseconds(closeTime) });
    }
    if (found.length > atMost) return null;
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : null;
  }
  return found.toSorted((one, other) => one.closedAtUs - other.closedAtUs || (one.runId < other.runId ? -1 : 1));
}
