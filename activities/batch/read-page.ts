import type { Client } from '@temporalio/client';
import type { BatchItem } from '../../domain/batch-item.ts';
import { ACTIVITY_READ_TIMEOUT_MS, readWorkflowInput } from '../../temporal/history.ts';

/** The items of a page, by its workflow's id. */
export type ReadPage = (workflowId: string) => Promise<readonly BatchItem[]>;

// Of at most 256 KiB each. A page is read several times in a row, by the tasks of one unit or the units of one page.
const PAGES_KEPT = 64;

/** Reads pages from the first events of their histories. A page never changes, so those used last are kept. */
export function createReadPage(client: Client): ReadPage {
  const kept = new Map<string, Promise<readonly BatchItem[]>>();

  return (workflowId) => {
    const page = kept.get(workflowId) ?? read(workflowId);
    kept.delete(workflowId);
    kept.set(workflowId, page);
    page.catch(() => kept.delete(workflowId));
    const [oldest] = kept.keys();
    if (kept.size > PAGES_KEPT && oldest !== undefined) kept.delete(oldest);
    return page;
  };

  async function read(workflowId: string): Promise<readonly BatchItem[]> {
    const input = readWorkflowInput<{ readonly items: readonly BatchItem[] }>(client, { workflowId }, ACTIVITY_READ_TIMEOUT_MS);
    return (await input).items;
  }
}
