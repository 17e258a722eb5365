import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { createReadHold } from '../../../../activities/batch/read-hold.ts';

function readHold(describeBatch: () => Promise<unknown>): Promise<string> {
  const client = { workflow: { getHandle: () => ({ describe: describeBatch }) } } as unknown as Client;
  return createReadHold(client)({ workflowId: 'night~batch' });
}

describe('readHold', () => {
  it.each(['none', 'paused', 'cancelled'])('is what the batch says, such as "%s"', async (hold) => {
    expect(await readHold(async () => ({ status: { name: 'RUNNING' }, memo: { hold } }))).toBe(hold);
  });

  it('is none where the batch has never said anything', async () => {
    expect(await readHold(async () => ({ status: { name: 'RUNNING' } }))).toBe('none');
  });

  it('keeps back what is left of a batch that is closed or gone', async () => {
    expect(await readHold(async () => ({ status: { name: 'TERMINATED' }, memo: { hold: 'none' } }))).toBe('paused');
    expect(await readHold(() => Promise.reject(new WorkflowNotFoundError('gone', 'night~batch', undefined)))).toBe('paused');
  });

  it('fails when the engine does, so that it is asked again', async () => {
    await expect(readHold(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });
});
