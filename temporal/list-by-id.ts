import type { Client } from '@temporalio/client';
import { listWorkflows } from './list-workflows.ts';
import type { ListPage } from './list-newest.ts';

const PAGE_SIZE = 1_000;

/**
 * The ids of all workflows that a query finds, in their own order. For workflows that go on as new runs: when they started changes,
 * their ids don't. @throws EngineUnavailableError
 */
export function listIds(client: Client, query: string): Promise<readonly string[]> {
  return readIds((page) => listWorkflows(client, page), query);
}

export async function readIds(list: ListPage, query: string): Promise<readonly string[]> {
  const ids = new Set<string>();
  let isSettled = false;
  while (!isSettled) {
    // What went on as a new run while this was read is at the front, where it was not to be seen before.
    const before = ids.size;
    let token: Uint8Array | null = null;
    let pages = 0;
    do {
      const page = await list({ query, pageSize: PAGE_SIZE, token });
      for (const { workflowId } of page.workflows) ids.add(workflowId);
      token = page.nextToken;
      pages += 1;
    } while (token !== null);
    isSettled = pages === 1 || ids.size === before;
  }
  return [...ids].toSorted();
}
