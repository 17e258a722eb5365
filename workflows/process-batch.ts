import {
  ApplicationFailure,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { wayOf } from '../domain/item-kind.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import type { BatchUnit, RunningUnit } from '../domain/batch.ts';
import { createBatch, isOver, knowKinds } from '../domain/batch.ts';
import { endRest, endUnit, noteRest, startUnit as countStarted } from '../domain/batch-units.ts';
import { toldFirst } from '../domain/steer-batch.ts';
import { lastUnitOf } from '../domain/batch-page.ts';
import { notePace } from '../domain/batch-pace.ts';
import { endedCount, toBatchResource, toPages } from '../domain/batch-resource.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { BatchInput, BatchProgress, BatchResult, Hold, PlacesGrant, UnitReference, UnitVerdict } from '../domain/batch-work.ts';
import { FROM_THE_BEGINNING } from '../domain/delivery-input.ts';
import { batchMessage } from '../domain/callback-message.ts';
import { HOLD_MEMO } from '../temporal/durable/names.ts';
import { pageWorkflowId, unitWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { nextDueMs, nextStep } from '../domain/next-step.ts';
import { fromRanges } from '../domain/offsets.ts';
import { refusalToSteer, steerBatch } from '../domain/steer-batch.ts';
import { createAlarm } from './alarm.ts';
import { tellBatchProgress } from './batch-progress.ts';
import { createLookAfter } from './look-after.ts';
import { batchPagesQuery, batchProgressQuery, batchQuery, placesGrantedSignal, steerBatchUpdate, unitRestsSignal } from './messages.ts';
import { startUnit, unitEnd } from './run-unit.ts';
import { startDeliveries } from './start-deliveries.ts';
import { WATCHED } from './watched.ts';

// No local activities here: the ends of children come at any time, and each of them matters.
const { readItemKinds } = proxyActivities<Activities>({
  ...WATCHED,
  // All items wait for it when its worker is killed.
  startToCloseTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

const { cancelItems, renewPages, tellCancelled } = proxyActivities<Activities>({
  ...WATCHED,
  startToCloseTimeout: '5m',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// Long before the engine's limit of 51,200 events and 50 MB: a run that has so many goes on as a new one.
const MAX_HISTORY_EVENTS = 6_000;
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;
// What ends by then needn't be looked after by the next run.
const DRAIN_MS = 2_000;
const RENEWED_AT_ONCE = 20;

/** Runs a batch: its units in a window, until each item has a verdict; then its callback. */
export async function processBatch(input: BatchInput): Promise<BatchResult> {
  const info = workflowInfo();
  const { accepted, progress, maxHistoryEvents = MAX_HISTORY_EVENTS } = input;
  const startedAtMs = progress?.startedAtMs ?? Date.now();
  let batch = progress?.batch ?? createBatch(accepted);
  let pace = progress?.pace ?? [{ atMs: startedAtMs, ended: 0 }];
  let endedAtMs: number | null = null;
  let news = 0;
  let starting = 0;
  let isDrained: boolean | null = null;
  let isTelling = false;
  let renewFrom = input.renewFrom ?? null;
  let hold = (info.memo?.[HOLD_MEMO] ?? 'none') as Hold;
  const { callback, tenant } = accepted;
  const target = callback && ({ kind: 'batch', tenant, owner: info.workflowId, run: 1, callback } as const);
  const told = tellBatchProgress(target, resource);
  const lookAfter = createLookAfter({ toReference, onEnd: end });
  const setAlarm = createAlarm(() => {
    news += 1;
  });

  setHandler(batchQuery, resource);
  setHandler(batchPagesQuery, (asked) => toPages(accepted, batch, asked));
  setHandler(batchProgressQuery, toProgress);
  setHandler(unitRestsSignal, (note) => {
    batch = noteRest(batch, note);
    noteEnds();
  });
  setHandler(
    steerBatchUpdate,
    (steer) => {
      batch = steerBatch(batch, steer, Date.now());
      if (steer.action === 'cancel') cancelRunning(batch.running);
      showHold();
      tellAllCancelled();
      news += 1;
    },
    {
      validator: (steer) => {
        const refusal = refusalToSteer(batch, steer);
        if (refusal !== null) throw ApplicationFailure.nonRetryable('the batch cannot be told so', refusal);
      },
    },
  );

  showHold();
  tellAllCancelled();
  if (batch.isCancelled) cancelRunning(batch.running);
  lookAfter(batch.running);
  if (renewFrom !== null) void renew(renewFrom);

  for (;;) {
    await work();
    endedAtMs = Date.now();
    // As it is now: from the next await on somebody may have it retry what failed.
    await callBack(resource());
    await condition(() => !isTelling && renewFrom === null);
    // It may have been asked meanwhile to try again what failed.
    if (isOver(batch)) return { resource: resource(), batch, startedAtMs };
    endedAtMs = null;
  }

  async function work(): Promise<void> {
    while (!isOver(batch)) {
      const seen = news;
      if (isFull()) {
        drain();
        if (starting === 0 && (isDrained || batch.running.length === 0)) await goOnAsNew();
      }
      const step = isFull() ? null : nextStep(batch, Date.now());
      if (step === null) {
        // Delayed items are pending until their time has come.
        setAlarm(nextDueMs(batch));
        await condition(() => news !== seen);
      } else if (step.kind === 'read') {
        const kinds = await readItemKinds({ page: pageIdOf(step.page), nowMs: Date.now() });
        batch = knowKinds(batch, step.page, kinds);
      } else if (step.kind === 'resume') {
        const { rested, rest, parallel } = step;
        batch = endRest(batch, rested, rest, parallel);
        void grantPlaces(rested, { rest, parallel });
      } else {
        batch = countStarted(batch, step.unit);
        // Never rejects: whatever becomes of a unit is its verdict.
        void run(step.unit);
      }
    }
  }

  function isFull(): boolean {
    const { historyLength, historySize } = workflowInfo();
    return historyLength > maxHistoryEvents || historySize > MAX_HISTORY_BYTES;
  }

  function drain(): void {
    if (isDrained !== null) return;
    isDrained = false;
    void sleep(DRAIN_MS).then(() => {
      isDrained = true;
      news += 1;
    });
  }

  async function goOnAsNew(): Promise<void> {
    await told.end();
    await continueAsNew<typeof processBatch>({
      accepted,
      progress: toProgress(),
      maxHistoryEvents,
      ...(renewFrom !== null && { renewFrom }),
    });
  }

  async function run(unit: BatchUnit): Promise<void> {
    starting += 1;
    const child = await startUnit(accepted, batch, unit);
    starting -= 1;
    news += 1;
    if (child === null) return lookAfter([unit]);
    // Told now, since it couldn't be before it was there.
    if (batch.isCancelled) cancelRunning([unit]);
    const verdict = await unitEnd(child, toReference(unit));
    if (verdict === null) lookAfter([unit]);
    else end(unit, verdict);
  }

  /** Counted as a start is: what is on its way when this run ends is lost with it. Never rejects: a unit that is gone has an end. */
  async function grantPlaces(unit: RunningUnit, grant: PlacesGrant): Promise<void> {
    starting += 1;
    await getExternalWorkflowHandle(toReference(unit).workflowId)
      .signal(placesGrantedSignal, grant)
      .catch(() => undefined);
    starting -= 1;
    news += 1;
  }

  function end(unit: RunningUnit, verdict: UnitVerdict): void {
    batch = endUnit(batch, { ...unit, ...verdict });
    noteEnds();
  }

  function noteEnds(): void {
    pace = notePace(pace, { atMs: Date.now(), ended: endedCount(batch.counts) });
    news += 1;
    tellAllCancelled();
    if (!isOver(batch)) told.note();
  }

  /** Shared units look at it themselves between their calls. */
  function showHold(): void {
    const next = batch.isCancelled ? 'cancelled' : batch.isPaused ? 'paused' : 'none';
    if (next === hold) return;
    hold = next;
    upsertMemo({ [HOLD_MEMO]: hold });
  }

  function cancelRunning(units: readonly RunningUnit[]): void {
    const workflowIds = units.filter(({ kind }) => wayOf(kind).workflow === 'own').map((unit) => toReference(unit).workflowId);
    // Awaited by nobody: whatever it comes to, the items' own ends are what counts.
    if (workflowIds.length > 0) void cancelItems({ workflowIds }).catch(() => undefined);
  }

  function tellAllCancelled(): void {
    if (isTelling || batch.untold.length === 0) return;
    isTelling = true;
    // Never rejects: it is tried again until it is done.
    void tellOneByOne();
  }

  async function tellOneByOne(): Promise<void> {
    for (let [next] = batch.untold; next !== undefined; [next] = batch.untold) {
      const { page, ranges } = next;
      const items = fromRanges(ranges).map((offset) => ({ offset, run: runOf(page, offset) }));
      await tellCancelled({ page: pageIdOf(page), items, atMs: batch.cancelledAtMs ?? Date.now() });
      batch = toldFirst(batch);
    }
    isTelling = false;
  }

  /** Page by page, which must last as long as this batch does now. Never rejects: it is tried again until it is done. */
  async function renew(from: number): Promise<void> {
    const workflowId = info.workflowId;
    for (let page = from; page < batch.pages.length; page += RENEWED_AT_ONCE) {
      renewFrom = page;
      const count = Math.min(RENEWED_AT_ONCE, batch.pages.length - page);
      const pages = Array.from({ length: count }, (_, index) => pageIdOf(page + index));
      await renewPages({ batch: { workflowId, upload: accepted.upload }, pages });
    }
    renewFrom = null;
  }

  /** The run that it would have been. */
  function runOf(page: number, offset: number): number {
    const of = batch.pages[page];
    return ((of && lastUnitOf(of, offset)?.runs) ?? 0) + 1;
  }

  function toReference(unit: RunningUnit): UnitReference {
    const offsets = fromRanges(batch.pages[unit.page]?.units[unit.number] ?? '');
    return { workflowId: unitWorkflowId(accepted, accepted.upload, unit), isOwn: wayOf(unit.kind).workflow === 'own', offsets };
  }

  function pageIdOf(page: number): string {
    return pageWorkflowId(accepted, accepted.upload, page);
  }

  function toProgress(): BatchProgress {
    return { batch, startedAtMs, pace };
  }

  function resource(): BatchResource {
    return toBatchResource(accepted, toProgress(), { endedAtMs: isOver(batch) ? endedAtMs : null, nowMs: Date.now() });
  }

  async function callBack(data: BatchResource): Promise<void> {
    if (target === null) return;
    await told.end();
    await startDeliveries([{ target: { ...target, run: data.run }, message: batchMessage(data), ...FROM_THE_BEGINNING }]);
  }
}
