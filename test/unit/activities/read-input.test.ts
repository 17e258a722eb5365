import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';
import { readInput } from '../../../activities/read-input.ts';

function client(answer: (request: { readonly maximumPageSize: number }) => Promise<unknown>): Client {
  return {
    options: { namespace: 'default' },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: { getWorkflowExecutionHistory: answer },
  } as unknown as Client;
}

function failing(code: number): Client {
  return client(async () => Promise.reject(Object.assign(new Error('no'), { name: 'ServiceError', code, details: 'no', metadata: {} })));
}

it.each([
  ['any page', 1],
  ['only a larger page', 64],
])('reads what a workflow was started with where the engine shows it in %s', async (_what, least) => {
  const input = { payloads: [defaultPayloadConverter.toPayload({ a: 1 })] };
  const events = [{ workflowExecutionStartedEventAttributes: { input } }];
  const showing = client(async ({ maximumPageSize }) => ({ history: { events: maximumPageSize < least ? [] : events } }));
  expect(await readInput(showing, { workflowId: 'a' })).toEqual({ a: 1 });
});

it('fails where the engine shows nothing of the history', async () => {
  await expect(
    readInput(
      client(async () => ({ history: { events: [] } })),
      { workflowId: 'a' },
    ),
  ).rejects.toThrow('was started with nothing');
});

it('says of one that the engine does not know that it is not there, as other calls do', async () => {
  await expect(readInput(failing(5), { workflowId: 'a' })).rejects.toThrow(WorkflowNotFoundError);
  await expect(readInput(failing(14), { workflowId: 'a' })).rejects.not.toThrow(WorkflowNotFoundError);
});
