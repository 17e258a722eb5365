import type { Client } from '@temporalio/client';
import { lastUnitOf, locate, offsetsOf } from '../../domain/batch-page.ts';
import { calledBack } from '../../domain/batch-item.ts';
import { wayAt } from '../../domain/item-kind.ts';
import type { BatchPage, Mark } from '../../domain/batch-page.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { batchWorkflowId, pageWorkflowId, unitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { EventResource, EventStatus } from '../../domain/event-resource.ts';
import type { BatchFilter, BatchService, ItemFilter, ItemKey, ItemResource } from '../batch-service.ts';
import { InvalidCursorError } from '../event-service.ts';
import type { EventKey } from '../event-service.ts';
import { explainItem } from '../batches/explain-item.ts';
import type { LiveRuns } from '../live-runs.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { createBatchReader } from './batch-reader.ts';
import type { PagesView } from './batch-reader.ts';
import { askToCancel } from './cancel-event.ts';
import { lackingWorker } from './lacking-worker.ts';
import { fromListCursor, toListCursor } from './list-cursor.ts';
import { listFirstRuns } from '../../temporal/list-first-runs.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import { allOf, is, isOfType } from '../../temporal/list-query.ts';
import { readItems } from './read-items.ts';
import { readPage } from '../../temporal/read-page.ts';
import { startBatch } from './start-batch.ts';
import { steerBatch } from './steer-batch.ts';
import type { Page } from '../page.ts';

export interface TemporalBatchServiceOptions {
  readonly client: Client;
  readonly liveRuns: LiveRuns;
  readonly now: () => number;
}

// Some 300 KB of marks; a larger batch is read in several goes.
const PAGES_READ = 1_000;
// Of a list of up to 200 batches.
const READS_AT_ONCE = 20;

/** Batches kept and run by Temporal. */
export function createTemporalBatchService({ client, liveRuns, now }: TemporalBatchServiceOptions): BatchService {
  const reader = createBatchReader(client);

  /** The state of all pages from one on, as far as one answer goes, and of how many there are. */
  async function pagesFrom(key: EventKey, from: number): Promise<PagesView | null> {
    return reader.pages(batchWorkflowId(key), { from, count: PAGES_READ });
  }

  /** Where an item is, and what its page's state is; null when there is no such item. */
  async function find({ tenant, id, index }: ItemKey): Promise<FoundItem | null> {
    let view = await pagesFrom({ tenant, id }, 0);
    const place = view && locate(view.sizes, index);
    if (view === null || place === null) return null;
    const from = place.page < PAGES_READ ? 0 : place.page;
    if (from > 0) view = await pagesFrom({ tenant, id }, from);
    const page = view?.pages[place.page - from];
    return view && page ? { ...place, view, state: page } : null;
  }

  return {
    submit: (upload) => startBatch(client, upload),

    get: (key) => reader.read(batchWorkflowId(key)),

    async items(filter: ItemFilter): Promise<Page<ItemResource> | null> {
      const { tenant, id, limit, status } = filter;
      const found: ItemResource[] = [];
      let index = filter.cursor === undefined ? 0 : fromItemCursor(filter.cursor);
      let view = await pagesFrom({ tenant, id }, 0);
      if (view === null) return null;
      const { sizes } = view;
      let from = 0;
      for (let place = locate(sizes, index); place !== null && found.length < limit; place = locate(sizes, index)) {
        if (place.page < from || place.page >= from + PAGES_READ) {
          from = place.page;
          view = await pagesFrom({ tenant, id }, from);
        }
        const page = view?.pages[place.page - from];
        if (view === null || page === undefined) break;
        const firstIndex = index - place.offset;
        const offsets: number[] = [];
        let offset = place.offset;
        for (; offset < page.marks.length && found.length + offsets.length < limit; offset += 1) {
          if (maySelect(view, page.marks[offset] as Mark, status)) offsets.push(offset);
        }
        index = firstIndex + offset;
        if (offsets.length === 0) continue;
        const items = await readItems(client, liveRuns, { batch: { tenant, id }, view, number: place.page, page, firstIndex, offsets });
        const shown = items.map((item, at) => ({ ...item, index: firstIndex + (offsets[at] ?? 0) }));
        found.push(...(view.forced ? shown.filter((item) => status === undefined || item.status === status) : shown));
      }
      return { items: found, nextCursor: locate(sizes, index) === null ? null : toItemCursor(index) };
    },

    async item({ tenant, id, index }): Promise<EventResource | null> {
      const found = await find({ tenant, id, index });
      if (found === null) return null;
      const { page: number, offset, view, state } = found;
      const place = { view, page: state, number, firstIndex: index - offset, offsets: [offset] };
      const [item] = await readItems(client, liveRuns, { batch: { tenant, id }, ...place });
      return item ?? null;
    },

    async acceptedItem(key) {
      const found = await find(key);
      if (found === null) return null;
      const { items } = await readPage(client, pageWorkflowId(key, found.view.upload, found.page));
      const item = items[found.offset];
      return item === undefined ? null : calledBack(item);
    },

    async cancelItem(key) {
      const found = await find(key);
      if (found === null) return 'not_found';
      const { page, offset, view, state } = found;
      const unit = lastUnitOf(state, offset);
      if (state.marks[offset] === 'r' && unit !== null) {
        const isOwn = state.kinds !== null && wayAt(state.kinds, offset).workflow === 'own';
        return isOwn ? askToCancel(client, unitWorkflowId(key, view.upload, { page, number: unit.number })) : 'not_cancellable';
      }
      const steering = await steerBatch(client, reader, batchWorkflowId(key), { action: 'cancel-item', page, offset });
      return steering === 'done' ? 'cancelling' : steering;
    },

    async whyItem(key) {
      const found = await find(key);
      if (found === null || found.view.forced || found.state.marks[found.offset] !== 'p') return null;
      const { page: number, offset, view, state } = found;
      const { items } = await readPage(client, pageWorkflowId(key, view.upload, number));
      const item = items[offset];
      if (item === undefined) return null;
      let ahead = offsetsOf('p', { ...state, marks: state.marks.slice(0, offset) }).length;
      for (let from = 0; from < number; from += PAGES_READ) {
        const pages = (await pagesFrom(key, from))?.pages.slice(0, number - from) ?? [];
        ahead += pages.reduce((sum, page) => sum + offsetsOf('p', page).length, 0);
      }
      const batch = await reader.read(batchWorkflowId(key));
      const why = explainItem({ key, item, kinds: state.kinds, offset, position: ahead + 1, batch, nowMs: now() });
      // Somebody has to run the batch for its places to be given.
      const lacking = why.reason === 'permit' ? await lackingWorker(client, [TASK_QUEUES.heavy]) : null;
      return lacking === null ? why : { ...why, reason: 'no_worker', summary: lacking.summary, details: { key: lacking.queue } };
    },

    async list({ tenant, status, limit, cursor }: BatchFilter): Promise<Page<BatchResource>> {
      const query = allOf(isOfType(WORKFLOWS.processBatch), is('Tenant', tenant));
      const { shown, next } = await listFirstRuns(client, { query, count: limit, place: fromListCursor(cursor) });
      const batches = await mapAtMost(shown, READS_AT_ONCE, ({ workflowId }) => reader.read(workflowId));
      return {
        items: batches.filter((batch): batch is BatchResource => batch !== null && (status === undefined || batch.status === status)),
        nextCursor: next && toListCursor(next),
      };
    },

    async steer(key, action) {
      const steering = await steerBatch(client, reader, batchWorkflowId(key), { action });
      return steering === 'not_cancellable' ? 'already_ended' : steering;
    },
  };
}

interface FoundItem {
  readonly view: PagesView;
  readonly page: number;
  readonly offset: number;
  readonly state: BatchPage;
}

/** Of a batch that was ended by force, what ran has a status of its own, which only its unit knows. */
function maySelect({ forced }: PagesView, mark: Mark, status: EventStatus | undefined): boolean {
  return status === undefined || LETTERS[status] === mark || (forced !== undefined && mark === 'r');
}

const LETTERS: Readonly<Record<EventStatus, Mark>> = {
  accepted: 'p',
  waiting: 'r',
  running: 'r',
  completed: 'c',
  partial: 'c',
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
