import type { Client } from '@temporalio/client';
import { readEngine } from './engine-call.ts';

export interface ListedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
  /** Its type's name. */
  readonly type: string;
}

export interface WorkflowPage {
  readonly workflows: readonly ListedWorkflow[];
  readonly nextToken: Uint8Array | null;
}

const LIST_TIMEOUT_MS = 1_500;

/** A page of what the engine's index knows, which may lag by a second. @throws EngineUnavailableError */
export async function listWorkflows(
  client: Client,
  { query, pageSize, token }: { readonly query: string; readonly pageSize: number; readonly token: Uint8Array },
): Promise<WorkflowPage> {
  const { namespace } = client.options;
  const { executions, nextPageToken } = await readEngine(client, LIST_TIMEOUT_MS, () =>
    client.workflowService.listWorkflowExecutions({ namespace, query, pageSize, nextPageToken: token }),
  );
  return {
    workflows: (executions ?? []).flatMap(({ execution, type }) =>
      execution?.workflowId && execution.runId
        ? [{ workflowId: execution.workflowId, runId: execution.runId, type: type?.name ?? '' }]
        : [],
    ),
    nextToken: nextPageToken?.length ? nextPageToken : null,
  };
}
