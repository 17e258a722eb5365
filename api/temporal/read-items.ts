import type { Client } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { BatchItem } from '../../domain/accepted-batch.ts';
import type { BatchPage, Letter } from '../../domain/batch.ts';
import { isOwnKind, lastUnitOf } from '../../domain/batch.ts';
import type { ItemRun, RunItemsOutcome } from '../../domain/batch-work.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import { itemId, ownerId, pageWorkflowId, unitWorkflowId } from '../../domain/event-id.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { acceptRun, beginAttempt, endRun, nextStage } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { rejectedEvent } from '../../domain/rejected-item.ts';
import type { LiveRuns } from '../live-runs.ts';
import { isNotFound } from './engine-call.ts';
import { readLocalResults, readWorkflowInput } from './history.ts';
import { readEvent } from './read-event.ts';
import { withRecord } from './read-record.ts';

export interface ItemsOfPage {
  readonly batch: { readonly tenant: string; readonly id: string };
  readonly upload: string;
  readonly number: number;
  readonly page: BatchPage;
  /** The index of the page's first item. */
  readonly firstIndex: number;
  readonly offsets: readonly number[];
}

/** Reads some items of a page: the events from the page itself, what became of them from the units that ran them. */
export async function readItems(client: Client, liveRuns: LiveRuns, asked: ItemsOfPage): Promise<readonly EventResource[]> {
  const { batch, page } = asked;
  const workflowId = pageWorkflowId(batch, asked.upload, asked.number);
  const { items } = (await readWorkflowInput(client, { workflowId })) as { readonly items: readonly BatchItem[] };
  const units = new Map<number, Promise<ReadonlyMap<number, ItemRun>>>();

  return Promise.all(asked.offsets.map(read));

  async function read(offset: number): Promise<EventResource> {
    const item = items[offset];
    const id = itemId(batch.id, asked.firstIndex + offset);
    if (item === undefined) throw new Error(`there is no item ${offset} in "${workflowId}"`);
    const letter = page.letters[offset] as Letter;
    const unit = lastUnitOf(page, offset);
    const event = item.kind === 'event' ? item.event : rejectedEvent(item.rejection, { tenant: batch.tenant, batchId: batch.id, id });
    if (unit === null || letter === 'p') return resourceOf(pendingRun(event, letter, unit?.runs ?? 0), workflowId);
    const unitId = unitWorkflowId(batch, asked.number, unit.number);
    const isOwn = isOwnKind(page.kinds, offset);
    const own = isOwn ? await readEvent(client, liveRuns, { workflowId: unitId }) : null;
    // A cancelled one leaves its data to its input, which is here.
    if (own !== null) return { ...own, data: event.data };
    const run = isOwn ? undefined : await sharedRun(unit.number, unitId, offset);
    const known = run === undefined ? begunRun({ ...event, run: unit.runs }, letter) : { ...run, event: { ...event, run: unit.runs } };
    const resource = resourceOf(known, unitId);
    const callback = await withRecord(client, { owner: ownerId(event), run: unit.runs }, resource.callback);
    return { ...resource, callback };
  }

  async function sharedRun(number: number, unitId: string, offset: number): Promise<ItemRun | undefined> {
    const runs = units.get(number) ?? readShared(client, unitId);
    units.set(number, runs);
    return (await runs).get(offset);
  }
}

/** What a unit has recorded so far of its items. */
async function readShared(client: Client, workflowId: string): Promise<ReadonlyMap<number, ItemRun>> {
  try {
    const results = (await readLocalResults(client, { workflowId })) as readonly RunItemsOutcome[];
    return new Map(results.flatMap(({ ended }) => ended.map(({ offset, item }) => [offset, item])));
  } catch (error) {
    // Its start is on the way, or it never came to one.
    if (isNotFound(error)) return new Map();
    throw error;
  }
}

function pendingRun(event: AcceptedEvent, letter: Letter, runs: number): EventRun {
  const run = acceptRun({ ...event, run: runs + 1 });
  return letter === 'x' ? endRun(run, { status: 'cancelled', endedAtMs: event.acceptedAtMs }) : run;
}

/** Nothing is on record of its run but what the batch counts it as. */
function begunRun(event: AcceptedEvent, letter: Letter): EventRun {
  const run = acceptRun(event);
  const stage = nextStage(run);
  const endedAtMs = event.acceptedAtMs;
  if (letter === 'x') return endRun(run, { status: 'cancelled', endedAtMs });
  if (letter !== 'f') return stage === null ? run : beginAttempt(run, stage);
  const error = { code: 'terminated', message: 'the workflow that ran it left no record of it', stage: null, retryable: false };
  return endRun(run, { status: 'failed', endedAtMs, error });
}

function resourceOf(run: EventRun, workflowId: string): EventResource {
  return toEventResource(run, initialCallback(run.event.callback?.url ?? null), { id: workflowId, runId: '' });
}
