import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

/**
 * What a workflow was started with, by the first event of its history.
 * @throws if the engine doesn't know the workflow, or can't be asked
 */
export async function readInput<Input>(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<Input> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`the workflow "${execution.workflowId}" was started with nothing`);
  return defaultPayloadConverter.fromPayload<Input>(payload);
}
