import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';
import { readInput } from '../../../activities/read-input.ts';

function client(answer: () => Promise<unknown>): Client {
  return {
    options: { namespace: 'default' },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: { getWorkflowExecutionHistory: answer },
  } as unknown as Client;
}

function failing(code: number): Client {
  return client(async () => Promise.reject(Object.assign(new Error('no'), { name: 'ServiceError', code, details: 'no', metadata: {} })));
}

it('reads what a workflow was started with', async () => {
  const input = { payloads: [defaultPayloadConverter.toPayload({ a: 1 })] };
  const history = { events: [{ workflowExecutionStartedEventAttributes: { input } }] };
  expect(
    await readInput(
      client(async () => ({ history })),
      { workflowId: 'a' },
    ),
  ).toEqual({ a: 1 });
});

it('says of one that the engine does not know that it is not there, as other calls do', async () => {
  await expect(readInput(failing(5), { workflowId: 'a' })).rejects.toThrow(WorkflowNotFoundError);
  await expect(readInput(failing(14), { workflowId: 'a' })).rejects.not.toThrow(WorkflowNotFoundError);
});
