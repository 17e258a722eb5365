import type { Client } from '@temporalio/client';
import { isUnavailable, readEngine } from './engine-call.ts';

const TIMEOUT_MS = 1_500;
const SQL = /^(sqlite|postgres\w*|mysql\w*)$/;

const known = new WeakMap<Client, boolean>();

/** Whether the engine keeps its index in SQL databases alone; false also where it doesn't say, as in Temporal Cloud. */
export async function isIndexSql(client: Client): Promise<boolean> {
  const before = known.get(client);
  if (before !== undefined) return before;
  try {
    const { visibilityStore } = await readEngine(client, TIMEOUT_MS, () => client.workflowService.getClusterInfo({}));
    const isSql = (visibilityStore ?? '').split(',').every((store) => SQL.test(store));
    known.set(client, isSql);
    return isSql;
  } catch (error) {
    if (!isUnavailable(error)) known.set(client, false);
    return false;
  }
}
