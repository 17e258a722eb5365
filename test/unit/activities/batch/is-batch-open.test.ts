import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createIsBatchOpen } from '../../../../activities/batch/is-batch-open.ts';
import { NOON_MS } from '../../domain/event-samples.ts';

const DAY_MS = 24 * 3_600_000;

type Description = { readonly status: { readonly name: WorkflowExecutionStatusName }; readonly memo?: Readonly<Record<string, unknown>> };

/** Asks for a page of `upload-1` made at noon, so many milliseconds later. */
async function isOpen(describeBatch: () => Promise<Description>, afterMs = 0): Promise<boolean> {
  const client = { workflow: { getHandle: () => ({ describe: describeBatch }) } } as unknown as Client;
  const env = new MockActivityEnvironment({ scheduledTimestampMs: NOON_MS + afterMs }, { logger: new DefaultLogger('ERROR') });
  return env.run(() => createIsBatchOpen(client)({ workflowId: 'night~batch', upload: 'upload-1', sinceMs: NOON_MS }));
}

function batchThat(name: WorkflowExecutionStatusName, upload = 'upload-1') {
  return async (): Promise<Description> => ({ status: { name }, memo: { upload } });
}

function unknownBatch(): Promise<Description> {
  return Promise.reject(new WorkflowNotFoundError('not found', 'night~batch', undefined));
}

describe('isBatchOpen', () => {
  it('is so while the batch runs, however long that takes', async () => {
    expect(await isOpen(batchThat('RUNNING'), 30 * DAY_MS)).toBe(true);
  });

  it.each<WorkflowExecutionStatusName>(['COMPLETED', 'FAILED', 'TERMINATED', 'TIMED_OUT'])(
    'is not so for one that is %s',
    async (status) => {
      expect(await isOpen(batchThat(status))).toBe(false);
    },
  );

  it('is not so where the batch has the pages of another upload', async () => {
    expect(await isOpen(batchThat('RUNNING', 'upload-2'))).toBe(false);
    expect(await isOpen(async () => ({ status: { name: 'RUNNING' } }))).toBe(false);
  });

  it('is so for a day where there is no batch yet: its upload may be under way', async () => {
    expect(await isOpen(unknownBatch, DAY_MS - 1)).toBe(true);
    expect(await isOpen(unknownBatch, DAY_MS)).toBe(false);
  });

  it('fails when the engine does, so that it is asked again', async () => {
    await expect(isOpen(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });
});
