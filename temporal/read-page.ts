import type { Client } from '@temporalio/client';
import type { BatchItem } from '../domain/batch-item.ts';
import type { PageInput } from './durable/page-start.ts';
import { readWorkflowStart } from './history.ts';

/** The items that a page of a batch keeps, and the run of its workflow. */
export interface StoredPage {
  readonly items: readonly BatchItem[];
  readonly runId: string;
}

/** @throws Error where there is no such page: its batch names it, but it was ended by hand and forgotten */
export async function readPage(client: Client, workflowId: string, timeoutMs?: number): Promise<StoredPage> {
  const started = await readWorkflowStart(client, { workflowId }, timeoutMs);
  if (started?.input === undefined) throw new Error(`there is no page "${workflowId}" of a batch`);
  return { items: (started.input as PageInput).items, runId: started.runId };
}
