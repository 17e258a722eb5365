import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

const NOT_FOUND = 5;
const TIMEOUT_MS = 5_000;

/**
 * What a workflow was started with, by the first event of its history.
 * @throws WorkflowNotFoundError if the engine doesn't know it; others if the engine can't be asked in 5 s
 */
export async function readInput<Input>(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<Input> {
  const { history } = await client
    .withDeadline(Date.now() + TIMEOUT_MS, () =>
      client.workflowService.getWorkflowExecutionHistory({ namespace: client.options.namespace, execution, maximumPageSize: 1 }),
    )
    .catch((error: unknown) => {
      const code: number | null = isGrpcServiceError(error) ? error.code : null;
      if (code !== NOT_FOUND) throw error;
      throw new WorkflowNotFoundError('there is no such workflow', execution.workflowId, execution.runId);
    });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`the workflow "${execution.workflowId}" was started with nothing`);
  return defaultPayloadConverter.fromPayload<Input>(payload);
}
