import type { Client } from '@temporalio/client';
import { byNewest, placeAfter } from '../domain/newest.ts';
import type { Newest } from '../domain/newest.ts';
import { allOf, oneOf } from './list-query.ts';
import { readNewest } from './list-newest.ts';
import { isIndexSql } from './is-index-sql.ts';
import type { ListPage, NewestRequest, NewestSource } from './list-newest.ts';
import { listWorkflows } from './list-workflows.ts';
import type { ListedWorkflow } from './list-workflows.ts';

const PAGE_SIZE = 1_000;
// A page may be short: one of workflows that have many runs is not to ask for all of them.
const MOST_ROUNDS = 5;

/**
 * Workflows that go on as new runs, each at the place of the first run that the engine still knows: that doesn't change as they go
 * on. The query finds all of their runs. @throws EngineUnavailableError
 */
export async function listFirstRuns(client: Client, request: NewestRequest): Promise<Newest<ListedWorkflow>> {
  return readFirstRuns({ list: (page) => listWorkflows(client, page), isSql: await isIndexSql(client) }, request);
}

export async function readFirstRuns(source: NewestSource, { query, count, place }: NewestRequest): Promise<Newest<ListedWorkflow>> {
  const shown: ListedWorkflow[] = [];
  let next = place;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const runs = await readNewest(source, { query, count, place: next });
    const first = await firstRunsOf(source.list, query, runs.shown);
    for (const run of runs.shown) {
      if (first.get(run.workflowId)?.runId === run.runId) shown.push(run);
      if (shown.length === count) return { shown, next: run === runs.shown.at(-1) ? runs.next : placeAfter(run) };
    }
    next = runs.next;
    if (next === null) break;
  }
  return { shown, next };
}

async function firstRunsOf(list: ListPage, query: string, runs: readonly ListedWorkflow[]): Promise<ReadonlyMap<string, ListedWorkflow>> {
  const first = new Map<string, ListedWorkflow>();
  const note = (run: ListedWorkflow): void => {
    const known = first.get(run.workflowId);
    if (known === undefined || byNewest(run, known) > 0) first.set(run.workflowId, run);
  };
  runs.forEach(note);
  if (runs.length === 0) return first;
  const ofThese = allOf(query, oneOf('WorkflowId', [...first.keys()]));
  let token: Uint8Array | null = null;
  do {
    const page = await list({ query: ofThese, pageSize: PAGE_SIZE, token });
    page.workflows.forEach(note);
    token = page.nextToken;
  } while (token !== null);
  return first;
}
