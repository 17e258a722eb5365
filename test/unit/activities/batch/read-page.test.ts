import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it, vi } from 'vitest';
import { createReadPage } from '../../../../activities/batch/read-page.ts';
import type { BatchItem } from '../../../../domain/batch-item.ts';
import { eventItem } from '../../domain/batch-samples.ts';
import { loadedDataConverter } from '../../../support/loaded-data-converter.ts';

/** An engine in which the page of this id has these items. */
function fakeEngine(itemsOf: (workflowId: string) => Promise<readonly BatchItem[] | null>) {
  const getWorkflowExecutionHistory = vi.fn(
    async ({ execution: { workflowId } }: { readonly execution: { readonly workflowId: string } }) => {
      const items = await itemsOf(workflowId);
      const input = { payloads: items === null ? [] : [defaultPayloadConverter.toPayload({ items })] };
      return { history: { events: [{ workflowExecutionStartedEventAttributes: { input, originalExecutionRunId: 'run-page' } }] } };
    },
  );
  const client = {
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    options: { namespace: 'night', loadedDataConverter },
    workflowService: { getWorkflowExecutionHistory },
  } as unknown as Client;
  return { readPage: createReadPage(client), reads: getWorkflowExecutionHistory };
}

function itemOf(workflowId: string): BatchItem {
  return eventItem({ id: workflowId });
}

describe('readPage', () => {
  it('reads the input of the page’s workflow', async () => {
    const { readPage, reads } = fakeEngine(async (workflowId) => [itemOf(workflowId)]);

    expect(await readPage('page-1')).toEqual({ items: [itemOf('page-1')], runId: 'run-page' });
    expect(reads).toHaveBeenCalledExactlyOnceWith({ namespace: 'night', execution: { workflowId: 'page-1' }, maximumPageSize: 1 });
  });

  it('reads a page once, however many ask for it at once or later', async () => {
    const { readPage, reads } = fakeEngine(async (workflowId) => [itemOf(workflowId)]);

    await Promise.all([readPage('page-1'), readPage('page-1')]);
    await readPage('page-1');

    expect(reads).toHaveBeenCalledOnce();
  });

  it('keeps the 64 pages that were used last', async () => {
    const { readPage, reads } = fakeEngine(async (workflowId) => [itemOf(workflowId)]);
    for (let page = 0; page < 64; page += 1) await readPage(`page-${page}`);

    await readPage('page-0');
    await readPage('page-64');
    reads.mockClear();
    await readPage('page-0');
    await readPage('page-2');
    expect(reads).not.toHaveBeenCalled();

    await readPage('page-1');
    expect(reads).toHaveBeenCalledOnce();
  });

  it('keeps no read that has failed', async () => {
    let isAway = true;
    const { readPage } = fakeEngine((workflowId) => (isAway ? Promise.reject(new Error('away')) : Promise.resolve([itemOf(workflowId)])));

    await expect(readPage('page-1')).rejects.toThrow('away');
    isAway = false;

    expect(await readPage('page-1')).toEqual({ items: [itemOf('page-1')], runId: 'run-page' });
  });

  it('refuses a workflow that is no page', async () => {
    const { readPage } = fakeEngine(async () => null);

    await expect(readPage('page-1')).rejects.toThrow('there is no page "page-1" of a batch');
  });
});
