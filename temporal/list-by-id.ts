import type { Client } from '@temporalio/client';
import { listWorkflows } from './list-workflows.ts';
import type { ListPage } from './list-newest.ts';

const PAGE_SIZE = 1_000;
// Where runs never cease to go on as new ones there is an end all the same.
const MOST_READS = 100;

/**
 * The ids of all workflows that a query finds, in their own order. For workflows that go on as new runs: when they started changes,
 * their ids don't. @throws EngineUnavailableError
 */
export function listIds(client: Client, query: string): Promise<readonly string[]> {
  return readIds((page) => listWorkflows(client, page), query);
}

export async function readIds(list: ListPage, query: string): Promise<readonly string[]> {
  const ids = new Set<string>();
  const runs = new Set<string>();
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    // What went on as a new run while this was read is at the front, where it was not to be seen before. Only where all that is in
    // front was there the last time, too, has nothing gone past.
    const before = runs.size;
    let token: Uint8Array | null = null;
    let pages = 0;
    do {
      const page = await list({ query, pageSize: PAGE_SIZE, token });
      for (const { workflowId, runId } of page.workflows) {
        ids.add(workflowId);
        runs.add(runId);
      }
      token = page.nextToken;
      pages += 1;
    } while (token !== null);
    if (pages === 1 || runs.size === before) break;
  }
  return [...ids].toSorted();
}
