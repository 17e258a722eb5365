import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

/** What workflows were started with, by their ids. */
export interface Inputs<Input> {
  read(workflowId: string): Promise<Input>;
  /** Known already, so that it needn't be read. */
  keep(workflowId: string, input: Input): void;
}

/**
 * Reads inputs from the first events of histories. They never change, so those used last are kept.
 * @param from what is kept of a workflow's first argument
 */
export function createInputs<Input>(client: Client, capacity: number, from: (stored: unknown) => Input): Inputs<Input> {
  const kept = new Map<string, Promise<Input>>();

  function keep(workflowId: string, input: Promise<Input>): void {
    kept.delete(workflowId);
    kept.set(workflowId, input);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
  }

  async function readFirst(workflowId: string): Promise<Input> {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    if (!payload) throw new Error(`the workflow "${workflowId}" was started with nothing`);
    return from(defaultPayloadConverter.fromPayload(payload));
  }

  return {
    read(workflowId) {
      const input = kept.get(workflowId) ?? readFirst(workflowId);
      keep(workflowId, input);
      input.catch(() => kept.delete(workflowId));
      return input;
    },
    keep: (workflowId, input) => keep(workflowId, Promise.resolve(input)),
  };
}
