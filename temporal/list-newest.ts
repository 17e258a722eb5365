import type { Client } from '@temporalio/client';
import { earliestNeeded, isAfter, toNewest } from '../domain/newest.ts';
import type { Newest, Place } from '../domain/newest.ts';
import { allOf, isClosedSince, isOpen, startedBy, startedSince } from './list-query.ts';
import { listWorkflows } from './list-workflows.ts';
import type { ListedWorkflow, ListRequest, WorkflowPage } from './list-workflows.ts';

export interface NewestRequest {
  readonly query: string;
  /** How many to show. */
  readonly count: number;
  /** Where to go on; null to begin. */
  readonly place: Place | null;
}

export type ListPage = (request: ListRequest) => Promise<WorkflowPage>;

const LEAST_READ = 200;
const MOST_READ = 1_000;
const TIMES_SHOWN = 4;

/** Workflows by when they started, the last first. @throws EngineUnavailableError */
export function listNewest(client: Client, request: NewestRequest): Promise<Newest<ListedWorkflow>> {
  return readNewest((page) => listWorkflows(client, page), request);
}

/**
 * The engine's index of SQL databases can't be asked for an order, and its own is by the end. So a slice of start times is read as
 * a whole and put in order here. How long the slice is, is learnt from what is read, not from a clock: the `count + 1`-th newest of
 * a part of it is an earliest time, since there are as many that began later.
 */
export async function readNewest(list: ListPage, { query, count, place }: NewestRequest): Promise<Newest<ListedWorkflow>> {
  const pageSize = Math.min(Math.max(TIMES_SHOWN * count, LEAST_READ), MOST_READ);
  let fromUs: number | null = null;
  for (;;) {
    const found = new Map<string, ListedWorkflow>();
    let laterUs: number | null = null;
    for await (const { workflows, nextToken } of pagesOf(list, { query, pageSize, fromUs, toUs: place?.startedAtUs ?? null })) {
      for (const workflow of workflows) if (isAfter(workflow, place)) found.set(workflow.runId, workflow);
      const earliestUs: number | null = nextToken === null ? null : earliestNeeded([...found.values()], count);
      if (earliestUs !== null && earliestUs > (fromUs ?? 0)) {
        laterUs = earliestUs;
        break;
      }
    }
    if (laterUs === null) return toNewest([...found.values()], { count, fromUs });
    fromUs = laterUs;
  }
}

interface Slice {
  readonly query: string;
  readonly pageSize: number;
  readonly fromUs: number | null;
  readonly toUs: number | null;
}

/**
 * All that started within a slice of time, some more than once. What ends while this is read is found among the closed, which
 * come second.
 */
async function* pagesOf(list: ListPage, { query, pageSize, fromUs, toUs }: Slice): AsyncGenerator<WorkflowPage> {
  const until = toUs === null ? [query] : [query, startedBy(toUs)];
  // What started since then is open or closed since then, which is what the index is ordered by.
  const queries =
    fromUs === null
      ? [allOf(...until)]
      : [isOpen(), isClosedSince(fromUs)].map((condition) => allOf(...until, startedSince(fromUs), condition));
  for (const one of queries) {
    let token: Uint8Array | null = null;
    do {
      const page: WorkflowPage = await list({ query: one, pageSize, token });
      token = page.nextToken;
      yield page;
    } while (token !== null);
  }
}
