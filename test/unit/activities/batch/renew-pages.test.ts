import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { createRenewPages } from '../../../../activities/batch/renew-pages.ts';
import { eventItem } from '../../domain/batch-samples.ts';

it('keeps closed pages again with what is in them, and leaves open and forgotten ones alone', async () => {
  const items = [eventItem()];
  const start = vi.fn(async () => undefined);
  const describePage = async (id: string) => {
    if (id === 'forgotten') throw new WorkflowNotFoundError('gone', id, undefined);
    return { status: { name: id === 'open' ? 'RUNNING' : 'COMPLETED' } };
  };
  const client = { workflow: { getHandle: (id: string) => ({ describe: () => describePage(id) }), start } } as unknown as Client;
  const batch = { workflowId: 'night~batch', upload: 'upload-1' };

  await createRenewPages(client, async () => ({ items, runId: 'run-page' }))({ batch, pages: ['open', 'closed', 'forgotten'] });

  expect(start).toHaveBeenCalledOnce();
  expect(start).toHaveBeenCalledWith('keepPage', expect.objectContaining({ workflowId: 'closed', args: [{ batch, items }] }));
});

it('fails when the engine does, so that it is tried again', async () => {
  const client = { workflow: { getHandle: () => ({ describe: () => Promise.reject(new Error('away')) }) } } as unknown as Client;
  const renewPages = createRenewPages(client, async () => ({ items: [], runId: 'run-page' }));

  await expect(renewPages({ batch: { workflowId: 'night~batch', upload: 'u' }, pages: ['page-1'] })).rejects.toThrow('away');
});
