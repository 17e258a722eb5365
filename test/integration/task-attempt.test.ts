import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { readTaskAttempt } from '../../temporal/read-task-attempt.ts';
import { useService } from '../support/use-service.ts';

const service = useService();

it('is how often a task was given out, also to processes that never came back', async () => {
  const { client } = service;
  const taskQueue = { name: `nobody-${randomUUID()}` };
  const { workflowId, firstExecutionRunId } = await client.workflow.start('any', {
    taskQueue: taskQueue.name,
    workflowId: taskQueue.name,
    workflowTaskTimeout: '1s',
  });
  const attemptOf = async () => (await readTaskAttempt(client, execution, 5_000)).attempt;
  const execution = { workflowId, runId: firstExecutionRunId };
  expect(await readTaskAttempt(client, execution, 5_000)).toMatchObject({ attempt: 1 });
  for (const attempt of [1, 2, 3]) {
    const task = await client.workflowService.pollWorkflowTaskQueue({ namespace: client.options.namespace, taskQueue, identity: 'mortal' });
    expect([task.attempt, await attemptOf()]).toEqual([attempt, attempt]);
  }
  await client.workflow.getHandle(workflowId).terminate();
  expect(await readTaskAttempt(client, execution, 5_000)).toMatchObject({ attempt: 1 });
});
