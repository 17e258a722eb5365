import {
  ApplicationFailure,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { BatchUnit } from '../domain/batch.ts';
import {
  cancelBatch,
  createBatch,
  endUnit,
  isOver,
  knowKinds,
  nextStep,
  pauseBatch,
  resumeBatch,
  retryFailed,
  startUnit,
} from '../domain/batch.ts';
import { notePace } from '../domain/batch-pace.ts';
import { endedCount, toBatchResource } from '../domain/batch-resource.ts';
import type { BatchResource } from '../domain/batch-resource.ts';
import type { BatchInput, BatchResult } from '../domain/batch-work.ts';
import { initialCallback } from '../domain/callback-record.ts';
import { TASK_QUEUES } from '../domain/durable-names.ts';
import { pageWorkflowId, unitWorkflowId } from '../domain/event-id.ts';
import { tellBatchProgress } from './batch-progress.ts';
import { batchPagesQuery, batchQuery, steerBatchUpdate } from './messages.ts';
import { runUnit } from './run-unit.ts';
import { startDelivery } from './start-delivery.ts';

const { readItemKinds } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

const { cancelItems } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.delivery,
  startToCloseTimeout: '5m',
  retry: { initialInterval: '200ms', maximumInterval: '10s', maximumAttempts: 10 },
});

// Long before the engine's limit of 51,200 events and 50 MB: a run that has so many goes on as a new one.
const MAX_HISTORY_EVENTS = 6_000;
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;

/** Runs a batch: its units in a window, until each item has a verdict; then its callback. */
export async function processBatch({ accepted, progress }: BatchInput): Promise<BatchResult> {
  const info = workflowInfo();
  const startedAtMs = progress?.startedAtMs ?? Date.now();
  let batch = progress?.batch ?? createBatch(accepted);
  let pace = progress?.pace ?? [{ atMs: startedAtMs, ended: 0 }];
  let endedAtMs: number | null = null;
  let news = 0;
  const { callback, tenant } = accepted;
  const target = callback && ({ kind: 'batch', tenant, owner: info.workflowId, run: 1, callback } as const);
  const told = tellBatchProgress(target, resource);
  // Items with workflows of their own can be cancelled; those that share one come to their end soon.
  const own = new Set<string>();

  setHandler(batchQuery, resource);
  setHandler(batchPagesQuery, ({ from, count }) => ({
    sizes: batch.pages.map(({ letters }) => letters.length),
    pages: batch.pages.slice(from, from + count),
    upload: accepted.upload,
    isPaused: batch.isPaused,
  }));
  setHandler(
    steerBatchUpdate,
    ({ action }) => {
      if (action === 'pause') batch = pauseBatch(batch);
      if (action === 'resume') batch = resumeBatch(batch);
      if (action === 'retry-failed') batch = retryFailed(batch);
      if (action === 'cancel') {
        batch = cancelBatch(batch);
        // Awaited by nobody: whatever it comes to, the items' own ends are what counts.
        if (own.size > 0) void cancelItems({ workflowIds: [...own] }).catch(() => undefined);
      }
      news += 1;
    },
    {
      validator: ({ action }) => {
        if (isOver(batch) && action !== 'retry-failed') throw ApplicationFailure.nonRetryable('the batch has ended', 'already_ended');
      },
    },
  );

  for (;;) {
    await work();
    endedAtMs = Date.now();
    // As it is now: from the next await on somebody may have it retry what failed.
    await callBack(resource());
    // It may have been asked meanwhile to try again what failed.
    if (isOver(batch)) return { resource: resource(), batch, startedAtMs };
    endedAtMs = null;
  }

  async function work(): Promise<void> {
    while (!isOver(batch)) {
      const seen = news;
      const isFull = workflowInfo().historyLength > MAX_HISTORY_EVENTS || workflowInfo().historySize > MAX_HISTORY_BYTES;
      if (isFull && batch.running.length === 0) {
        await told.end();
        await continueAsNew<typeof processBatch>({ accepted, progress: { batch, startedAtMs, pace } });
      }
      const step = isFull ? null : nextStep(batch);
      if (step === null) {
        await condition(() => news !== seen);
      } else if (step.kind === 'read') {
        const kinds = await readItemKinds({ page: pageWorkflowId(accepted, accepted.upload, step.page) });
        batch = knowKinds(batch, step.page, kinds);
      } else {
        batch = startUnit(batch, step.unit);
        // Never rejects: whatever becomes of a unit is its verdict.
        void run(step.unit);
      }
    }
  }

  async function run(unit: BatchUnit): Promise<void> {
    const workflowId = unitWorkflowId(accepted, unit.page, unit.number);
    if (unit.kind === 'own') own.add(workflowId);
    const verdict = await runUnit(accepted, batch, unit);
    own.delete(workflowId);
    batch = endUnit(batch, { ...unit, ...verdict });
    pace = notePace(pace, { atMs: Date.now(), ended: endedCount(batch.counts) });
    news += 1;
    if (!isOver(batch)) told.note();
  }

  function resource(): BatchResource {
    const times = { startedAtMs, endedAtMs: isOver(batch) ? endedAtMs : null, pace, nowMs: Date.now() };
    return toBatchResource(accepted, batch, times, initialCallback(accepted.callback?.url ?? null));
  }

  async function callBack(data: BatchResource): Promise<void> {
    if (target === null) return;
    await told.end();
    await startDelivery({
      target: { ...target, run: data.run },
      message: { type: `batch.${data.status}`, timestamp: data.completedAt ?? data.acceptedAt, data },
    });
  }
}
