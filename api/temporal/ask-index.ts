import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { readEngine } from '../../temporal/engine-call.ts';

const LIST_TIMEOUT_MS = 5_000;

/** The first workflows that a query finds, in the index's own order: of those that are closed, the last comes first. @throws EngineUnavailableError */
export function listInOrder(client: Client, query: string, atMost: number): Promise<readonly WorkflowExecutionInfo[]> {
  return readEngine(client, LIST_TIMEOUT_MS, async () => {
    const found: WorkflowExecutionInfo[] = [];
    for await (const workflow of client.workflow.list({ query, pageSize: Math.min(atMost, 1_000) })) {
      found.push(workflow);
      if (found.length === atMost) break;
    }
    return found;
  });
}

/** @throws EngineUnavailableError */
export function countWorkflows(client: Client, query: string): Promise<number> {
  return readEngine(client, LIST_TIMEOUT_MS, async () => (await client.workflow.count(query)).count);
}
