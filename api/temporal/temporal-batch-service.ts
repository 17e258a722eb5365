import type { Client } from '@temporalio/client';
import { locate } from '../../domain/batch.ts';
import type { Letter } from '../../domain/batch.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { PagesAnswer } from '../../domain/batch-work.ts';
import { batchWorkflowId } from '../../domain/event-id.ts';
import type { EventResource, EventStatus } from '../../domain/event-resource.ts';
import type { BatchFilter, BatchList, BatchService, ItemFilter, ItemPage, ItemResource } from '../batch-service.ts';
import { InvalidCursorError } from '../event-service.ts';
import type { EventKey } from '../event-service.ts';
import type { LiveRuns } from '../live-runs.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { callEngine } from './engine-call.ts';
import { toKeyword } from '../../domain/keyword.ts';
import { readBatch, readPages } from './read-batch.ts';
import { readItems } from './read-items.ts';
import { startBatch } from './start-batch.ts';
import { steerBatch } from './steer-batch.ts';

export interface TemporalBatchServiceOptions {
  readonly client: Client;
  readonly liveRuns: LiveRuns;
}

const LIST_TIMEOUT_MS = 1_500;
// Some 300 KB of letters; a larger batch is read in several goes.
const PAGES_READ = 1_000;

/** Batches kept and run by Temporal. */
export function createTemporalBatchService({ client, liveRuns }: TemporalBatchServiceOptions): BatchService {
  /** The state of all pages from one on, as far as one answer goes, and of how many there are. */
  async function pagesFrom(key: EventKey, from: number): Promise<PagesAnswer | null> {
    return readPages(client, batchWorkflowId(key), { from, count: PAGES_READ });
  }

  return {
    submit: (upload) => startBatch(client, upload),

    get: (key) => readBatch(client, batchWorkflowId(key)),

    async items(filter: ItemFilter): Promise<ItemPage | null> {
      const { tenant, id, limit } = filter;
      const wanted = filter.status === undefined ? null : LETTERS[filter.status];
      const found: ItemResource[] = [];
      let index = filter.cursor === undefined ? 0 : fromItemCursor(filter.cursor);
      let answer = await pagesFrom({ tenant, id }, 0);
      if (answer === null) return null;
      const { sizes, upload } = answer;
      let from = 0;
      for (let place = locate(sizes, index); place !== null && found.length < limit; place = locate(sizes, index)) {
        if (place.page < from || place.page >= from + PAGES_READ) {
          from = place.page;
          answer = await pagesFrom({ tenant, id }, from);
        }
        const page = answer?.pages[place.page - from];
        if (page === undefined) break;
        const firstIndex = index - place.offset;
        const offsets: number[] = [];
        let offset = place.offset;
        for (; offset < page.letters.length && found.length + offsets.length < limit; offset += 1) {
          if (wanted === null || page.letters[offset] === wanted) offsets.push(offset);
        }
        index = firstIndex + offset;
        if (offsets.length === 0) continue;
        const items = await readItems(client, liveRuns, { batch: { tenant, id }, upload, number: place.page, page, firstIndex, offsets });
        found.push(...items.map((item, at) => ({ ...item, index: firstIndex + (offsets[at] ?? 0) })));
      }
      return { items: found, nextCursor: locate(sizes, index) === null ? null : toItemCursor(index) };
    },

    async item({ tenant, id, index }): Promise<EventResource | null> {
      let answer = await pagesFrom({ tenant, id }, 0);
      const place = answer && locate(answer.sizes, index);
      if (answer === null || place === null) return null;
      const from = place.page < PAGES_READ ? 0 : place.page;
      if (from > 0) answer = await pagesFrom({ tenant, id }, from);
      const page = answer?.pages[place.page - from];
      if (answer === null || page === undefined) return null;
      const [item] = await readItems(client, liveRuns, {
        batch: { tenant, id },
        upload: answer.upload,
        number: place.page,
        page,
        firstIndex: index - place.offset,
        offsets: [place.offset],
      });
      return item ?? null;
    },

    async list({ tenant, status, limit, cursor }: BatchFilter): Promise<BatchList> {
      const response = await callEngine(client, LIST_TIMEOUT_MS, () =>
        client.workflowService.listWorkflowExecutions({
          namespace: client.options.namespace,
          pageSize: limit,
          query: `WorkflowType = 'processBatch' AND Tenant = '${toKeyword(tenant)}' AND ExecutionStatus != 'ContinuedAsNew'`,
          nextPageToken: fromCursor(cursor),
        }),
      );
      // One that ended and went on is in the index twice.
      const ids = new Set((response.executions ?? []).flatMap(({ execution }) => execution?.workflowId ?? []));
      const batches = await Promise.all([...ids].map((workflowId) => readBatch(client, workflowId)));
      const token = response.nextPageToken;
      return {
        items: batches.filter((batch): batch is BatchResource => batch !== null && (status === undefined || batch.status === status)),
        nextCursor: token && token.length > 0 ? toCursor(token) : null,
      };
    },

    steer: (key, action) => steerBatch(client, batchWorkflowId(key), action),
  };
}

const LETTERS: Readonly<Record<EventStatus, Letter>> = {
  accepted: 'p',
  waiting: 'r',
  running: 'r',
  completed: 'c',
  failed: 'f',
  cancelled: 'x',
};

function toItemCursor(index: number): string {
  return Buffer.from(`from ${index}`).toString('base64url');
}

function fromItemCursor(cursor: string): number {
  const index = /^from (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (index === undefined) throw new InvalidCursorError('the cursor is not one of ours');
  return Number(index);
}
