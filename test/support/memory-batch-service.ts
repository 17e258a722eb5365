import type { BatchService, BatchSettings, ItemResource } from '../../api/batch-service.ts';
import { InvalidCursorError } from '../../api/event-service.ts';
import type { EventKey } from '../../api/event-service.ts';
import { kindsOf } from '../../domain/item-kind.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { BatchItem } from '../../domain/batch-item.ts';
import * as states from '../../domain/batch.ts';
import * as units from '../../domain/batch-units.ts';
import type { Batch, BatchUnit } from '../../domain/batch.ts';
import { lastUnitOf, offsetsOf } from '../../domain/batch-page.ts';
import type { EndMark } from '../../domain/batch-page.ts';
import { nextDueMs, nextStep } from '../../domain/next-step.ts';
import type { BatchStep } from '../../domain/next-step.ts';
import { explainItem } from '../../api/batches/explain-item.ts';
import { refusalToSteer, steerBatch } from '../../domain/steer-batch.ts';
import { toBatchResource } from '../../domain/batch-resource.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import { itemId } from '../../domain/event-id.ts';
import { batchWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { acceptRun, endRun } from '../../domain/event-run.ts';
import { failureCause } from '../../domain/failure-cause.ts';
import { toItemRun } from '../../domain/item-run.ts';
import { rejectedEvent, rejectedRun } from '../../domain/rejected-item.ts';
import type { MemoryEventService } from './memory-event-service.ts';

interface Entry {
  readonly settings: BatchSettings;
  readonly fingerprint: string | null;
  readonly items: readonly BatchItem[];
  /** What became of those that subjects have processed. */
  readonly ofSubjects: Map<number, EventResource>;
  readonly startedAtMs: number;
  endedAtMs: number | null;
  batch: Batch;
}

/** Batches of one page, by the rules that the workflow follows too, their items run as events in memory. */
export function createMemoryBatchService(events: MemoryEventService): BatchService {
  const entries = new Map<string, Entry>();

  function goOn(entry: Entry): void {
    for (let step = stepOf(entry); step !== null; step = stepOf(entry)) {
      if (step.kind === 'read') {
        entry.batch = states.knowKinds(entry.batch, 0, kindsOf(entry.items, { startedAtMs: entry.startedAtMs, nowMs: Date.now() }));
        continue;
      }
      if (step.kind === 'resume') throw new Error('no unit of these rests');
      const { unit } = step;
      entry.batch = units.startUnit(entry.batch, unit);
      void runUnit(entry, unit).then((verdict) => {
        entry.batch = units.endUnit(entry.batch, { ...unit, ...verdict });
        if (states.isOver(entry.batch)) entry.endedAtMs = Date.now();
        goOn(entry);
      });
    }
    const dueMs = nextDueMs(entry.batch);
    if (dueMs !== null) setTimeout(() => goOn(entry), dueMs - Date.now()).unref();
  }

  function stepOf({ batch }: Entry): BatchStep | null {
    return nextStep(batch, Date.now());
  }

  async function runUnit(entry: Entry, unit: BatchUnit): Promise<{ readonly marks: EndMark[]; readonly causes: string[] }> {
    const marks: EndMark[] = [];
    const causes: string[] = [];
    for (const offset of unit.offsets) {
      const item = entry.items[offset];
      if (item === undefined) continue;
      if (item.kind === 'rejected') {
        marks.push('f');
        const ids = { tenant: entry.settings.tenant, id: '', batchId: entry.settings.id };
        const { cause } = toItemRun(offset, rejectedRun(item.rejection, rejectedEvent(item.rejection, ids)));
        if (cause !== undefined) causes.push(cause);
        continue;
      }
      const key = runKey(item.event, runsOf(entry, offset));
      const submission = await events.submit({ ...item.event, ...key }, { fingerprint: null, waitMs: 60_000 });
      const isOfSubject = item.event.plan.subjectType !== undefined && submission.kind === 'ended';
      const resource = isOfSubject ? (submission.resource as EventResource) : await events.get(key);
      if (isOfSubject && resource !== null) entry.ofSubjects.set(offset, resource);
      marks.push(resource?.status === 'completed' ? 'c' : resource?.status === 'cancelled' ? 'x' : 'f');
      if (resource?.status === 'failed' && resource.error) causes.push(failureCause(resource.type, resource.error));
    }
    return { marks, causes };
  }

  function find(key: EventKey): Entry | undefined {
    return entries.get(batchWorkflowId(key));
  }

  async function itemAt(entry: Entry, offset: number): Promise<EventResource | null> {
    const item = entry.items[offset];
    if (item === undefined) return null;
    const id = itemId(entry.settings.id, offset);
    if (item.kind === 'rejected') {
      const event = rejectedEvent(item.rejection, { id, tenant: entry.settings.tenant, batchId: entry.settings.id });
      return toEventResource(rejectedRun(item.rejection, event), initialCallback(event.callback?.url ?? null), { id, runId: '' });
    }
    const resource = entry.ofSubjects.get(offset) ?? (await events.get(runKey(item.event, runsOf(entry, offset))));
    if (resource !== null) return { ...resource, id };
    const run = acceptRun(item.event);
    const isCancelled = entry.batch.pages[0]?.marks[offset] === 'x';
    return toEventResource(isCancelled ? endRun(run, { status: 'cancelled', endedAtMs: Date.now() }) : run, initialCallback(null), {
      id,
      runId: '',
    });
  }

  return {
    async submit({ settings, items: given, fingerprint }) {
      const items: BatchItem[] = [];
      for await (const item of given) items.push(item);
      const known = find(settings);
      if (known !== undefined) return { kind: known.fingerprint !== null && known.fingerprint === fingerprint() ? 'joined' : 'conflict' };
      const batch = states.createBatch({ ...settings, pages: [{ size: items.length, kind: null }] });
      const ofSubjects = new Map<number, EventResource>();
      const entry: Entry = { settings, fingerprint: fingerprint(), items, ofSubjects, startedAtMs: Date.now(), endedAtMs: null, batch };
      entries.set(batchWorkflowId(settings), entry);
      goOn(entry);
      return { kind: 'accepted' };
    },

    async get(key) {
      const entry = find(key);
      return entry === undefined ? null : resourceOf(entry);
    },

    async items({ tenant, id, status, limit, cursor }) {
      const entry = find({ tenant, id });
      if (entry === undefined) return null;
      const from = cursor === undefined ? 0 : Number(/^from (\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
      if (Number.isNaN(from)) throw new InvalidCursorError('the cursor is not one of ours');
      const items: ItemResource[] = [];
      let index = from;
      for (; index < entry.items.length && items.length < limit; index += 1) {
        const item = await itemAt(entry, index);
        if (item !== null && (status === undefined || item.status === status)) items.push({ ...item, index });
      }
      return { items, nextCursor: index < entry.items.length ? Buffer.from(`from ${index}`).toString('base64url') : null };
    },

    async acceptedItem() {
      return null;
    },

    async item({ tenant, id, index }) {
      const entry = find({ tenant, id });
      return entry === undefined ? null : itemAt(entry, index);
    },

    async cancelItem({ tenant, id, index }) {
      const entry = find({ tenant, id });
      if (entry === undefined) return 'not_found';
      const steer = { action: 'cancel-item', page: 0, offset: index } as const;
      const refusal = refusalToSteer(entry.batch, steer);
      if (refusal !== null) return refusal;
      entry.batch = steerBatch(entry.batch, steer, Date.now());
      entry.endedAtMs = states.isOver(entry.batch) ? Date.now() : null;
      return 'cancelling';
    },

    async whyItem(key) {
      const entry = find(key);
      const page = entry?.batch.pages[0];
      const item = entry?.items[key.index];
      if (!entry || !item || page?.marks[key.index] !== 'p') return null;
      const position = offsetsOf('p', page).indexOf(key.index) + 1;
      return explainItem({ key, item, kinds: page.kinds, offset: key.index, position, batch: resourceOf(entry), nowMs: Date.now() });
    },

    async list({ tenant, status, limit }) {
      const all = [...entries.values()]
        .toReversed()
        .filter(({ settings }) => settings.tenant === tenant)
        .map(resourceOf);
      return { items: all.filter((batch) => status === undefined || batch.status === status).slice(0, limit), nextCursor: null };
    },

    async steer(key, action) {
      const entry = find(key);
      if (entry === undefined) return 'not_found';
      if (refusalToSteer(entry.batch, { action }) !== null) return 'already_ended';
      entry.batch = steerBatch(entry.batch, { action }, Date.now());
      entry.endedAtMs = states.isOver(entry.batch) ? Date.now() : null;
      if (action === 'cancel') await cancelRunning(entry);
      goOn(entry);
      return 'done';
    },
  };

  async function cancelRunning(entry: Entry): Promise<void> {
    for (const [offset, item] of entry.items.entries()) {
      const isRunning = entry.batch.pages[0]?.marks[offset] === 'r';
      if (isRunning && item.kind === 'event') await events.cancel(runKey(item.event, runsOf(entry, offset)));
    }
  }
}

function runsOf({ batch: { pages } }: Entry, offset: number): number {
  const [page] = pages;
  return (page && lastUnitOf(page, offset)?.runs) ?? 0;
}

/** Each run is an event of its own here. */
function runKey({ tenant, id }: AcceptedEvent, run: number): { readonly tenant: string; readonly id: string; readonly run: number } {
  return { tenant, id: `${id}~${run}`, run };
}

function resourceOf({ settings, batch, startedAtMs, endedAtMs }: Entry) {
  const pace = [{ atMs: startedAtMs, ended: 0 }];
  const accepted = { ...settings, upload: '', pages: [] };
  return toBatchResource(accepted, { batch, startedAtMs, pace }, { endedAtMs, nowMs: Date.now() });
}
