import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { lastUnitOf } from '../../domain/batch-page.ts';
import type { BatchPage, Mark } from '../../domain/batch-page.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import { itemId, ownerId } from '../../domain/event-id.ts';
import { pageWorkflowId, unitWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { toFullResource } from '../../domain/event-resource.ts';
import type { EventResource, WorkflowReference } from '../../domain/event-resource.ts';
import { acceptRun, beginAttempt, endRun, failRun, isAtHandlers, isPastStages, nextStage } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { wayAt } from '../../domain/item-kind.ts';
import { rejectedEvent } from '../../domain/rejected-item.ts';
import type { LiveRuns } from '../live-runs.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { PagesView } from './batch-reader.ts';
import { readPage } from '../../temporal/read-page.ts';
import { readAtHandlers } from './at-handlers.ts';
import { readEvent } from './read-run.ts';
import { withRecord } from '../../temporal/read-record.ts';
import { readUnit } from '../../temporal/read-unit.ts';
import type { RecordedUnit } from '../../temporal/read-unit.ts';

export interface ItemsOfPage {
  readonly batch: { readonly tenant: string; readonly id: string };
  readonly view: PagesView;
  /** Which of the view's pages it is, and which of the batch's. */
  readonly page: BatchPage;
  readonly number: number;
  /** The index of the page's first item. */
  readonly firstIndex: number;
  readonly offsets: readonly number[];
}

// Each costs the engine a read or two; so many at once leave it to others.
const READS_AT_ONCE = 20;

/** Reads some items of a page: the events from the page itself, what became of them from the units that ran them. */
export async function readItems(client: Client, liveRuns: LiveRuns, asked: ItemsOfPage): Promise<readonly EventResource[]> {
  const { batch, page, view } = asked;
  const { forced } = view;
  const workflowId = pageWorkflowId(batch, view.upload, asked.number);
  const { items, runId } = await readPage(client, workflowId);
  const ofPage = { id: workflowId, runId };
  const units = new Map<number, Promise<RecordedUnit | null>>();

  return mapAtMost(asked.offsets, READS_AT_ONCE, read);

  async function read(offset: number): Promise<EventResource> {
    const item = items[offset];
    const id = itemId(batch.id, asked.firstIndex + offset);
    if (item === undefined) throw new Error(`there is no item ${offset} in "${workflowId}"`);
    const mark = page.marks[offset] as Mark;
    const unit = lastUnitOf(page, offset);
    const event = item.kind === 'event' ? item.event : rejectedEvent(item.rejection, { tenant: batch.tenant, batchId: batch.id, id });
    if (unit === null || mark === 'p') return resourceOf(unbegunRun(event, mark, unit?.runs ?? 0, view), ofPage);
    const unitId = unitWorkflowId(batch, view.upload, { page: asked.number, number: unit.number });
    const isOwn = page.kinds !== null && wayAt(page.kinds, offset).workflow === 'own';
    if (isOwn) {
      const own = await readEvent(client, liveRuns, { workflowId: unitId }, { ...event, run: unit.runs });
      // Cancelled before this run of it began, it was of another verdict before.
      if (mark === 'x' && own?.status !== 'cancelled') return resourceOf(unbegunRun(event, mark, unit.runs, view), ofPage);
      if (own !== null) return own;
    }
    if (mark === 'x') return resourceOf(unbegunRun(event, mark, unit.runs, view), ofPage);
    // One with a workflow of its own that wasn't there a moment ago may be by now: it isn't shared even so.
    const shared = isOwn ? null : await sharedUnit(unit.number, unitId);
    const record = shared?.items.get(offset)?.state;
    const shown = mark === 'r' && forced && shared?.end.kind !== 'open' ? 'f' : mark;
    if (record !== undefined && isAtHandlers(record.phase)) {
      const own = await readAtHandlers(client, liveRuns, event);
      if (own !== null) return own;
    }
    const isKnown = record !== undefined && (isPastStages(record.phase) || shown === 'r');
    const ofUnit = { ...event, run: unit.runs };
    const workflow = shared === null ? ofPage : { id: unitId, runId: shared.runId };
    const resource = resourceOf(isKnown ? { ...record, event: ofUnit } : begunRun(ofUnit, shown, view), workflow);
    const owner = ownerId(event);
    const known = event.callback === null ? null : shared?.callbackOf(owner, event.callback.url);
    const callback = await withRecord(client, { owner, run: unit.runs }, known ?? resource.callback);
    return { ...resource, callback };
  }

  function sharedUnit(number: number, unitId: string): Promise<RecordedUnit | null> {
    const unit = units.get(number) ?? readUnit(client, unitId);
    units.set(number, unit);
    return unit;
  }
}

/** Of an item that was not started since it was last to be. */
function unbegunRun(event: AcceptedEvent, mark: Mark, runs: number, view: PagesView): EventRun {
  const run = acceptRun({ ...event, run: runs + 1 });
  if (mark === 'x') return endRun(run, { status: 'cancelled', endedAtMs: view.cancelledAtMs ?? event.acceptedAtMs });
  return mark === 'f' ? endLost(run, view) : run;
}

/** Nothing is on record of its run but what the batch counts it as. */
function begunRun(event: AcceptedEvent, mark: Mark, view: PagesView): EventRun {
  const run = acceptRun(event);
  const stage = nextStage(run);
  if (mark === 'f') return endLost(run, view);
  return stage === null ? run : beginAttempt(run, stage);
}

function endLost(run: EventRun, { forced }: PagesView): EventRun {
  const message = forced ? `the workflow of its batch was ended (${forced.code})` : 'the workflow that ran it left no record of it';
  return failRun(run, { code: forced?.code ?? 'terminated', message }, forced?.atMs ?? run.event.acceptedAtMs);
}

function resourceOf(run: EventRun, workflow: WorkflowReference): EventResource {
  return toFullResource(run, initialCallback(run.event.callback?.url ?? null), workflow);
}
