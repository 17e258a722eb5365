import type { Client } from '@temporalio/client';
import type { BatchItem } from '../../domain/accepted-batch.ts';
import { createInputs } from '../read-input.ts';

/** The items of a page, by its workflow's id. */
export type ReadPage = (workflowId: string) => Promise<readonly BatchItem[]>;

// Of at most 256 KiB each. A page is read several times in a row, by the tasks of one unit or the units of one page.
const PAGES_KEPT = 64;

export function createReadPage(client: Client): ReadPage {
  return createInputs(client, PAGES_KEPT, (page) => (page as { readonly items: readonly BatchItem[] }).items).read;
}
