import type { Client } from '@temporalio/client';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { allOf, isOfType, oneOf } from '../../temporal/list-query.ts';
import { listWorkflows } from '../../temporal/list-workflows.ts';
import type { ListedWorkflow } from '../../temporal/list-workflows.ts';

/** Workflows by their ids, of each all runs that the index knows, the newest first. */
export type KnownRuns = ReadonlyMap<string, readonly ListedWorkflow[]>;

const PAGE_SIZE = 1_000;

/** Finds all runs of chunks' workflows by one query. @throws EngineUnavailableError */
export async function findByIds(client: Client, workflowIds: ReadonlySet<string>): Promise<KnownRuns> {
  const found = new Map<string, ListedWorkflow[]>();
  if (workflowIds.size === 0) return found;
  const query = allOf(isOfType(WORKFLOWS.processChunk), oneOf('WorkflowId', [...workflowIds]));
  let token: Uint8Array | null = null;
  do {
    const page: Awaited<ReturnType<typeof listWorkflows>> = await listWorkflows(client, { query, pageSize: PAGE_SIZE, token });
    for (const workflow of page.workflows) found.set(workflow.workflowId, [...(found.get(workflow.workflowId) ?? []), workflow]);
    token = page.nextToken;
  } while (token !== null);
  for (const runs of found.values()) runs.sort((one, other) => other.startedAtUs - one.startedAtUs);
  return found;
}
