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
import { latestAttemptMs, NO_FAILURES, recordCut, recordFailure, recordStage } from '../domain/attempt.ts';
import type { BegunState } from '../domain/attempt.ts';
import { LONGEST_HELD_WAIT_MS } from '../domain/batch-work.ts';
import { ENDED_MEMO } from '../domain/durable-names.ts';
import type { StageFailure } from '../domain/event-error.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { Ride } from '../domain/callback-message.ts';
import { initialCallback } from '../domain/callback-record.ts';
import { toEventResource } from '../domain/event-resource.ts';
import { acceptRun, beginAttempt, endRun, isEnded, nextStage, refusalToCancel, wait } from '../domain/event-run.ts';
import type { EventRun, Waiting } from '../domain/event-run.ts';
import { failureCause } from '../domain/failure-cause.ts';
import { PERMIT_LOST } from '../domain/permits.ts';
import type { Stage } from '../domain/stage.ts';
import { becomeCanceled } from './become-canceled.ts';
import { callBack } from './call-back.ts';
import { createCancellable } from './cancellable.ts';
import { cancelUpdate, progressQuery, runQuery } from './messages.ts';
import { holdPermits } from './permit-holder.ts';
import { runAtOnce } from './run-at-once.ts';
import { stageRunner } from './stage-runner.ts';
import { toCutAttempt, toStageFailure } from './to-stage-failure.ts';
import type { UnitPlaces } from './unit-places.ts';

// A run that waits longer than this before its next attempt lets others work meanwhile.
const MAX_HELD_BACK_OFF_MS = 5_000;

/**
 * Runs one event: its stages in order, each tried again as its type says, then its callback.
 * @param begun where it goes on, if it began in a group
 * @param places of its batch, if it is an item: it holds one, unless it waits for long
 */
export async function processEvent(event: AcceptedEvent, begun?: BegunState, places?: UnitPlaces): Promise<EventResource> {
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const root = CancellationScope.current();
  const runStage = stageRunner(event.plan);
  const permits = holdPermits(event, workflow);
  const cancellable = createCancellable();
  const isLight = event.plan.weight === 'light';
  const latestMs = latestAttemptMs(event);
  let run: EventRun = begun === undefined ? acceptRun(event) : { ...begun.state, event };
  const delay = { reason: 'delay', untilMs: event.acceptedAtMs + event.delayMs } as const;
  // A message that comes with the first task finds it so.
  if (event.delayMs > 0) run = wait(run, null, delay);
  let callback = initialCallback(event.callback?.url ?? null);
  let ride: Ride | undefined;

  setHandler(progressQuery, () => toEventResource(run, callback, workflow));
  setHandler(runQuery, () => run);
  setHandler(cancelUpdate, () => cancellable.cancel(), {
    validator: () => {
      const refusal = refusalToCancel(run, Date.now());
      if (refusal !== null) throw ApplicationFailure.nonRetryable(`the event is ${run.phase.status}`, refusal);
    },
  });

  try {
    if (event.delayMs > 0) await waitOut(delay);
    if (permits.isNeeded) await waitForPermits(null);
    let endedAtMs = event.acceptedAtMs;
    let made = begun?.made ?? NO_FAILURES;
    const first = nextStage(run);
    if (event.plan.atOnce === true && begun === undefined && first !== null) {
      cancellable.throwIfCancelled();
      // For those who ask, or would cancel it, meanwhile.
      run = beginAttempt(run, first);
      ({ run, made, ride } = await runAtOnce(event, workflow));
    }
    if (run.phase.status === 'waiting' && run.phase.waiting.reason === 'retry') {
      const { waiting } = run.phase;
      if (waiting.untilMs > latestMs) run = endRun(run, { status: 'failed', endedAtMs: Date.now(), error: waiting.lastError });
      else await waitOut(waiting);
    }
    for (let stage = nextStage(run); stage !== null && !isEnded(run.phase); stage = nextStage(run)) {
      cancellable.throwIfCancelled();
      run = beginAttempt(run, stage);
      const permitRunId = permits.grantedTo();
      const input = { run, stage, workflow, ...(permitRunId !== undefined && { permitRunId }) };
      let failure: StageFailure;
      try {
        const outcome = isLight ? await runStage(input) : await cancellable.run(() => runStage(input));
        run = recordStage(run, stage, outcome);
        // The caller was told that it will end as cancelled, and the stage hadn't heard of it yet.
        cancellable.throwIfCancelled();
        endedAtMs = outcome.endedAtMs;
        made = NO_FAILURES;
        continue;
      } catch (error) {
        if (isCancellation(error)) {
          run = recordCut(run, toCutAttempt(error));
          throw error;
        }
        cancellable.throwIfCancelled();
        failure = toStageFailure(error, stage);
      }
      ({ run, made } = recordFailure(run, stage, made, failure, Date.now(), latestMs));
      if (run.phase.status !== 'waiting' || run.phase.waiting.reason !== 'retry') break;
      const { waiting } = run.phase;
      const waitMs = waiting.untilMs - Date.now();
      const rests = places !== undefined && waitMs > LONGEST_HELD_WAIT_MS;
      // Who holds no place holds no permit either, for which another that holds a place may wait.
      const letGo = permits.isNeeded && (rests || waitMs > MAX_HELD_BACK_OFF_MS);
      if (letGo) await permits.release();
      if (rests) await places.leave({ letters: [], causes: [] });
      await waitOut(waiting);
      if (rests) await cancellable.run(() => places.take(1));
      if (letGo || failure.error.code === PERMIT_LOST) await waitForPermits(stage);
    }
    run = endRun(run, { status: 'completed', endedAtMs });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    run = endRun(run, { status: 'cancelled', endedAtMs: Date.now() });
  }

  // Before the callback, which may take days.
  if (permits.isNeeded) await permits.release();
  callback = await callBack(run, toEventResource(run, callback, workflow), ride);
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

  async function waitOut({ untilMs }: Extract<Waiting, { untilMs: number }>): Promise<void> {
    await cancellable.run(() => sleep(Math.max(1, untilMs - Date.now())));
  }

  async function waitForPermits(stage: Stage | null): Promise<void> {
    await cancellable.run(() =>
      permits.acquire((key, sinceMs) => {
        run = wait(run, stage, { reason: 'permit', key, sinceMs });
      }),
    );
  }
}
