import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { ACTIVITY_READ_TIMEOUT_MS } from '../../temporal/history.ts';
import { readPage } from '../../temporal/read-page.ts';
import type { StoredPage } from '../../temporal/read-page.ts';

/** A page, by its workflow's id. */
export type ReadPage = (workflowId: string) => Promise<StoredPage>;

// Of at most 256 KiB each. A page is read several times in a row, by the tasks of one unit or the units of one page.
const PAGES_KEPT = 64;

/** Reads pages from the first events of their histories. A page never changes, so those used last are kept. */
export function createReadPage(client: Client): ReadPage {
  const kept = new LRUCache<string, Promise<StoredPage>>({ max: PAGES_KEPT });

  return (workflowId) => {
    const page = kept.get(workflowId) ?? readPage(client, workflowId, ACTIVITY_READ_TIMEOUT_MS);
    kept.set(workflowId, page);
    page.catch(() => kept.delete(workflowId));
    return page;
  };
}
