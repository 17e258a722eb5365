import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  setHandler,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { ENDED_MEMO } from '../domain/durable-names.ts';
import type { EventResource } from '../domain/event-resource.ts';
import { initialCallback } from '../domain/callback-record.ts';
import { toEventResource } from '../domain/event-resource.ts';
import { acceptRun, beginAttempt, completeStage, endRun, markStarted, nextStage, refusalToCancel, wait } from '../domain/event-run.ts';
import { failureCause } from '../domain/failure-cause.ts';
import { nextAttemptDelayMs } from '../domain/retry-policy.ts';
import { PERMIT_LOST } from '../domain/permits.ts';
import type { Stage } from '../domain/stage.ts';
import { becomeCanceled } from './become-canceled.ts';
import { callBack } from './call-back.ts';
import { cancelUpdate, progressQuery, runQuery } from './messages.ts';
import { holdPermits } from './permit-holder.ts';
import { stageRunner } from './stage-runner.ts';
import { toStageFailure } from './to-stage-failure.ts';

// An event must end some day, and say so: well before the engine ends it by its run timeout.
const MAX_RUN_MS = 13 * 24 * 3_600_000;
// A run that waits longer than this before its next attempt lets others work meanwhile.
const MAX_HELD_BACK_OFF_MS = 5_000;

/** Runs one event: its stages in order, each tried again as its type says, then its callback. */
export async function processEvent(event: AcceptedEvent): Promise<EventResource> {
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const runStage = stageRunner(event.plan);
  const root = CancellationScope.current();
  const stages = new CancellationScope();
  let run = acceptRun(event);
  let callback = initialCallback(event.callback?.url ?? null);
  const permits = holdPermits(event, workflow);
  const latestEndMs = event.acceptedAtMs + event.delayMs + MAX_RUN_MS;

  setHandler(progressQuery, () => toEventResource(run, callback, workflow));
  setHandler(runQuery, () => run);
  setHandler(cancelUpdate, () => stages.cancel(), {
    validator: ({ notAfterMs }) => {
      const refusal = Date.now() > notAfterMs ? 'not_cancellable' : refusalToCancel(run);
      if (refusal !== null) throw ApplicationFailure.nonRetryable(`the event is ${run.phase.status}`, refusal);
    },
  });

  try {
    await stages.run(runStages);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    run = endRun(run, { status: 'cancelled', endedAtMs: Date.now() });
  }
  // Before the callback, which may take days.
  if (permits.isNeeded) await permits.release();
  return CancellationScope.nonCancellable(end);

  async function runStages(): Promise<void> {
    if (event.delayMs > 0) {
      const untilMs = event.acceptedAtMs + event.delayMs;
      run = wait(run, null, { reason: 'delay', untilMs });
      await sleep(Math.max(1, untilMs - Date.now()));
    }
    if (permits.isNeeded) await waitForPermits(null);
    let endedAtMs = event.acceptedAtMs;
    for (let stage = nextStage(run); stage !== null; stage = nextStage(run)) {
      const stageEndedAtMs = await attemptUntilEnded(stage);
      if (stageEndedAtMs === null) return;
      endedAtMs = stageEndedAtMs;
    }
    run = endRun(run, { status: 'completed', endedAtMs });
  }

  /** When the stage was completed, or null if it failed for good. */
  async function attemptUntilEnded(stage: Stage): Promise<number | null> {
    const made = { failed: 0, lost: 0 };
    for (;;) {
      run = beginAttempt(run, stage);
      try {
        const permitRunId = permits.grantedTo();
        const outcome = await runStage({ run, stage, workflow, ...(permitRunId !== undefined && { permitRunId }) });
        run = completeStage(markStarted(run, outcome.startedAtMs), stage, outcome.value);
        // The caller was told that it will end as cancelled, and the stage hadn't heard of it yet.
        if (stages.consideredCancelled) throw new CancelledFailure('the event was cancelled');
        return outcome.endedAtMs;
      } catch (error) {
        if (isCancellation(error)) throw error;
        const failure = toStageFailure(error, stage);
        run = markStarted(run, failure.startedAtMs ?? Date.now());
        made[failure.lost ? 'lost' : 'failed'] += 1;
        const delayMs = nextAttemptDelayMs(event.plan.retry, made, failure);
        if (delayMs === null || Date.now() + delayMs > latestEndMs) {
          run = endRun(run, { status: 'failed', endedAtMs: Math.max(Date.now(), failure.endedAtMs ?? 0), error: failure.error });
          return null;
        }
        run = wait(run, stage, { reason: 'retry', untilMs: Date.now() + delayMs, lastError: failure.error });
        const letGo = permits.isNeeded && delayMs > MAX_HELD_BACK_OFF_MS;
        if (letGo) await permits.release();
        await sleep(Math.max(1, delayMs));
        if (letGo || failure.error.code === PERMIT_LOST) await waitForPermits(stage);
      }
    }
  }

  async function waitForPermits(stage: Stage | null): Promise<void> {
    await permits.acquire((key, sinceMs) => {
      run = wait(run, stage, { reason: 'permit', key, sinceMs });
    });
  }

  async function end(): Promise<EventResource> {
    callback = await callBack(run, toEventResource(run, callback, workflow));
    const resource = toEventResource(run, callback, workflow);
    if (run.phase.status === 'failed') {
      upsertSearchAttributes({ Cause: [failureCause(event.type, run.phase.error)] });
      throw ApplicationFailure.create({
        message: run.phase.error.message,
        type: run.phase.error.code,
        nonRetryable: true,
        details: [resource],
      });
    }
    if (run.phase.status === 'cancelled') {
      // A Canceled workflow has no result to hold the resource; the data is in the history's first event already.
      await becomeCanceled(root, workflow);
      upsertMemo({ [ENDED_MEMO]: { ...resource, data: null } });
      throw new CancelledFailure('the event was cancelled');
    }
    return resource;
  }
}
