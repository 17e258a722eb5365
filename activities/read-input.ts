import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

const NOT_FOUND = 5;
const TIMEOUT_MS = 5_000;
// A page may come back empty though the history is there: the engine leaves out what a failed commit left (temporal/history.ts).
const PAGE_SIZES = [1, 64];

/**
 * What a workflow was started with, by the first event of its history.
 * @throws WorkflowNotFoundError if the engine doesn't know it; others if the engine can't be asked in 5 s
 */
export async function readInput<Input>(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<Input> {
  const payload = (await readFirst(client, execution))?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`the workflow "${execution.workflowId}" was started with nothing`);
  return defaultPayloadConverter.fromPayload<Input>(payload);
}

async function readFirst(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<temporal.api.history.v1.IHistoryEvent | undefined> {
  for (const maximumPageSize of PAGE_SIZES) {
    const { history } = await client
      .withDeadline(Date.now() + TIMEOUT_MS, () =>
        client.workflowService.getWorkflowExecutionHistory({ namespace: client.options.namespace, execution, maximumPageSize }),
      )
      .catch((error: unknown) => {
        const code: number | null = isGrpcServiceError(error) ? error.code : null;
        if (code !== NOT_FOUND) throw error;
        throw new WorkflowNotFoundError('there is no such workflow', execution.workflowId, execution.runId);
      });
    const [first] = history?.events ?? [];
    if (first !== undefined) return first;
  }
  return undefined;
}
