import type { Client } from '@temporalio/client';
import { earliestNeeded, isAfter, toNewest, widened } from '../domain/newest.ts';
import type { Newest, Place } from '../domain/newest.ts';
import { allOf, isClosedSince, isOpen, startedBy, startedSince } from './list-query.ts';
import { isIndexSql } from './is-index-sql.ts';
import { listWorkflows } from './list-workflows.ts';
import type { ListedWorkflow, ListRequest, WorkflowPage } from './list-workflows.ts';

export interface NewestRequest {
  readonly query: string;
  /** How many to show. */
  readonly count: number;
  /** Where to go on; null to begin. */
  readonly place: Place | null;
  /** A beginning since which there are about so many, as far as the caller knows; a good guess saves most of the reading. */
  readonly guessUs?: number | null;
}

/** What reads a page of the index, and whether that is kept in an SQL database. */
export interface NewestSource {
  readonly list: ListPage;
  readonly isSql: boolean;
}

export type ListPage = (request: ListRequest) => Promise<WorkflowPage>;

const LEAST_READ = 200;
const MOST_READ = 1_000;
const TIMES_SHOWN = 4;
const MOST_GUESSES = 3;

/** Workflows by when they started, the last first. @throws EngineUnavailableError */
export async function listNewest(client: Client, request: NewestRequest): Promise<Newest<ListedWorkflow>> {
  return readNewest({ list: (page) => listWorkflows(client, page), isSql: await isIndexSql(client) }, request);
}

/**
 * The engine's index of SQL databases can't be asked for an order, and its own is by the end. So a slice of start times is read as
 * a whole and put in order here. How long the slice is, is learnt from what is read, not from a clock: the `count + 1`-th newest of
 * a part of it is an earliest time, since there are as many that began later.
 */
export async function readNewest(
  { list, isSql }: NewestSource,
  { query, count, place, guessUs = null }: NewestRequest,
): Promise<Newest<ListedWorkflow>> {
  const pageSize = Math.min(Math.max(TIMES_SHOWN * count, LEAST_READ), MOST_READ);
  let fromUs = guessUs;
  // How often a guess may be widened before all is read that the index gives.
  let guesses = guessUs === null ? 0 : MOST_GUESSES;
  for (;;) {
    const found = new Map<string, ListedWorkflow>();
    let laterUs: number | null = null;
    for await (const { workflows, nextToken } of pagesOf(list, { query, pageSize, fromUs, toUs: place?.startedAtUs ?? null, isSql })) {
      for (const workflow of workflows) if (isAfter(workflow, place)) found.set(workflow.runId, workflow);
      const earliestUs: number | null = nextToken === null ? null : earliestNeeded([...found.values()], count);
      if (earliestUs !== null && earliestUs > (fromUs ?? 0)) {
        laterUs = earliestUs;
        break;
      }
    }
    if (laterUs !== null) {
      fromUs = laterUs;
      guesses = 0;
    } else if (guesses > 0 && found.size < count) {
      guesses -= 1;
      fromUs = guesses === 0 ? null : widened(fromUs, place);
    } else return toNewest([...found.values()], { count, fromUs });
  }
}

interface Slice {
  readonly query: string;
  readonly pageSize: number;
  readonly fromUs: number | null;
  readonly toUs: number | null;
  readonly isSql: boolean;
}

/**
 * All that started within a slice of time, some more than once. What ends while this is read is found among the closed, which
 * come second.
 */
async function* pagesOf(list: ListPage, { query, pageSize, fromUs, toUs, isSql }: Slice): AsyncGenerator<WorkflowPage> {
  const until = toUs === null ? [query] : [query, startedBy(toUs)];
  // What started since then is open or closed since then, which is what the index is ordered by. SQL databases take what is open for
  // closed at the end of all times.
  const queries =
    fromUs === null
      ? [allOf(...until)]
      : [...(isSql ? [] : [isOpen()]), isClosedSince(fromUs)].map((condition) => allOf(...until, startedSince(fromUs), condition));
  for (const one of queries) {
    let token: Uint8Array | null = null;
    do {
      const page: WorkflowPage = await list({ query: one, pageSize, token });
      token = page.nextToken;
      yield page;
    } while (token !== null);
  }
}
