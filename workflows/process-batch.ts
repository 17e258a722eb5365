import {
  ApplicationFailure,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../temporal/durable/activities.ts';
import type { CancelledItems, RunningUnit } from '../domain/batch.ts';
import { createBatch, isOver, knowKinds, statusOf } from '../domain/batch.ts';
import { notePace } from '../domain/batch-pace.ts';
import { endedCount, toBatchResource, toPages } from '../domain/batch-resource.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import { endRest, endUnit, noteRest, startUnit } from '../domain/batch-units.ts';
import type { BatchInput, BatchSnapshot, BatchResult, Hold, UnitVerdict } from '../domain/batch-work.ts';
import { FROM_THE_BEGINNING } from '../domain/delivery-input.ts';
import { batchMessage } from '../domain/callback-message.ts';
import { FAILURES_MEMO, HOLD_MEMO } from '../temporal/durable/names.ts';
import { pageWorkflowId } from '../temporal/durable/workflow-ids.ts';
import { newlyCancelled } from '../domain/newly-cancelled.ts';
import { nextDueMs, nextStep } from '../domain/next-step.ts';
import { refusalToSteer, steerBatch, toldFirst } from '../domain/steer-batch.ts';
import { createAlarm } from './alarm.ts';
import { tellBatchProgress } from './batch-progress.ts';
import { createBatchUnits } from './batch-units.ts';
import { createHistoryRoom } from './history-room.ts';
import { batchPagesQuery, batchProgressQuery, batchQuery, steerBatchUpdate, unitRestsSignal } from './messages.ts';
import { createRenewal } from './renew-pages.ts';
import { startDeliveries } from './start-deliveries.ts';
import { createTellCancelled } from './tell-cancelled.ts';
import { tellCancelledEnds } from './tell-ends.ts';
import { WATCHED } from './watched.ts';

// No local activities here: the ends of children come at any time, and each of them matters.
const { readItemKinds } = proxyActivities<Activities>({
  ...WATCHED,
  // All items wait for it when its worker is killed.
  startToCloseTimeout: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/** Runs a batch: its units in a window, until each item has a verdict; then its callback. */
export async function processBatch(input: BatchInput): Promise<BatchResult> {
  const info = workflowInfo();
  const { accepted, progress, maxHistoryEvents } = input;
  // By the engine's clock, as all that counts from it.
  const startedAtMs = progress?.startedAtMs ?? info.startTime.getTime();
  let batch = progress?.batch ?? createBatch(accepted);
  let pace = progress?.pace ?? [{ atMs: startedAtMs, ended: 0 }];
  let endedAtMs: number | null = null;
  let news = 0;
  /** By this run of the workflow, of items that no other workflow tells of. */
  const cancelledHere: CancelledItems[] = [];
  let hold = (info.memo?.[HOLD_MEMO] ?? 'none') as Hold;
  const { callback, tenant } = accepted;
  const target = callback && ({ kind: 'batch', tenant, owner: info.workflowId, run: 1, callback } as const);
  const told = tellBatchProgress(target, resource);
  const units = createBatchUnits({ accepted, batch: () => batch, onEnd: end, onNews: noteNews });
  const setAlarm = createAlarm(noteNews);
  const room = createHistoryRoom(noteNews, maxHistoryEvents);
  const pageIds = batch.pages.map((_, page) => pageWorkflowId(accepted, accepted.upload, page));
  const renewal = createRenewal({ workflowId: info.workflowId, upload: accepted.upload }, pageIds, input.renewFrom ?? null);
  const cancelled = createTellCancelled({
    accepted,
    batch: () => batch,
    onTold: () => {
      batch = toldFirst(batch);
    },
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
      const before = batch;
      batch = steerBatch(before, steer, Date.now());
      cancelledHere.push(...newlyCancelled(before, batch));
      if (steer.action === 'cancel') units.cancel(batch.running);
      showHold();
      cancelled.tellAll();
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
  cancelled.tellAll();
  if (batch.isCancelled) units.cancel(batch.running);
  units.lookAfter(batch.running);
  renewal.begin();

  for (;;) {
    await work();
    endedAtMs = Date.now();
    // As it is now: from the next await on somebody may have it retry what failed.
    await callBack(resource());
    await condition(() => !cancelled.isTelling() && renewal.next() === null);
    // It may have been asked meanwhile to try again what failed.
    if (isOver(batch)) {
      tellCancelledEnds({ pages: pageIds, cancelled: cancelledHere });
      tellFailures();
      return { resource: resource(), batch, startedAtMs };
    }
    endedAtMs = null;
  }

  async function work(): Promise<void> {
    while (!isOver(batch)) {
      const seen = news;
      if (room.isFull()) {
        const isDrained = room.drain();
        if (!units.isStarting() && (isDrained || batch.running.length === 0)) await goOnAsNew();
      }
      const step = room.isFull() ? null : nextStep(batch, Date.now());
      if (step === null) {
        // Delayed items are pending until their time has come.
        setAlarm(nextDueMs(batch));
        await condition(() => news !== seen);
      } else if (step.kind === 'read') {
        const kinds = await readItemKinds({ page: pageIds[step.page] ?? '', startedAtMs, nowMs: Date.now() });
        batch = knowKinds(batch, step.page, kinds);
      } else if (step.kind === 'resume') {
        const { rested, rest, parallel } = step;
        batch = endRest(batch, rested, rest, parallel);
        void units.grantPlaces(rested, { rest, parallel });
      } else {
        batch = startUnit(batch, step.unit);
        void units.run(step.unit);
      }
    }
  }

  async function goOnAsNew(): Promise<void> {
    await told.end();
    const renewFrom = renewal.next();
    tellCancelledEnds({ pages: pageIds, cancelled: cancelledHere });
    await continueAsNew<typeof processBatch>({
      accepted,
      progress: toProgress(),
      ...(maxHistoryEvents !== undefined && { maxHistoryEvents }),
      ...(renewFrom !== null && { renewFrom }),
    });
  }

  function noteNews(): void {
    news += 1;
  }

  function end(unit: RunningUnit, verdict: UnitVerdict): void {
    const before = batch;
    batch = endUnit(before, { ...unit, ...verdict });
    // One with a workflow of its own is told of by that.
    if (batch.isCancelled && verdict.marks[0] !== 'x') cancelledHere.push(...newlyCancelled(before, batch));
    noteEnds();
  }

  function noteEnds(): void {
    pace = notePace(pace, { atMs: Date.now(), ended: endedCount(batch.counts) });
    news += 1;
    cancelled.tellAll();
    if (!isOver(batch)) told.note();
  }

  /** Shared units look at it themselves between their calls. */
  function showHold(): void {
    const next = batch.isCancelled ? 'cancelled' : batch.isPaused ? 'paused' : 'none';
    if (next === hold) return;
    hold = next;
    upsertMemo({ [HOLD_MEMO]: hold });
  }

  /** By which its failed items are found among the dead letters; also that there are none any more. */
  function tellFailures(): void {
    if (Object.keys(batch.failures).length === 0 && batch.run === 1) return;
    upsertMemo({ [FAILURES_MEMO]: batch.failures });
    upsertSearchAttributes({ Outcome: [statusOf(batch)] });
  }

  function toProgress(): BatchSnapshot {
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
