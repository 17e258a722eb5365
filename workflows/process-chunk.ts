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
import type { Chunk, RunRecord } from '../domain/chunk.ts';
import { runsOf } from '../domain/chunk.ts';
import { cleaningUp, cleanupOf } from '../domain/cleanup.ts';
import { beginChunk, deliveriesOf, recordCancelled, recordChunk, toKept } from '../domain/chunk-run.ts';
import type { ChunkRun } from '../domain/chunk-run.ts';
import { LONGEST_HELD_WAIT_MS } from '../domain/batch-work.ts';
import { standingMemo } from '../temporal/durable/chunk-memo.ts';
import { ENDED_MEMO, TASK_QUEUES } from '../temporal/durable/names.ts';
import {
  beginAttempt,
  endRun,
  isAtHandlers,
  isEnded,
  isPastStages,
  markStarted,
  nextStage,
  refusalToCancel,
  wait,
  waitFromNow,
} from '../domain/event-run.ts';
import type { EventRun, Waiting } from '../domain/event-run.ts';
import { dueInline } from '../domain/handler-runs.ts';
import { failureCause } from '../domain/failure-cause.ts';
import { causeKeyOfRun } from '../domain/dead-letter.ts';
import { PERMIT_LOST } from '../domain/permits.ts';
import { emittedBy } from '../domain/run-outcome.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';
import { isInline } from '../domain/is-inline.ts';
import { toKeyword } from '../temporal/durable/keyword.ts';
import { advanceInline, advanceOnWorker, cutOutcome } from './advance-chunk.ts';
import { becomeCanceled } from './become-canceled.ts';
import { cleanUp } from './clean-up.ts';
import { createCancellable } from './cancellable.ts';
import { cancelUpdate, runQuery } from './messages.ts';
import { holdPermits, NO_PERMITS } from './permit-holder.ts';
import { runHandlers } from './run-handlers.ts';
import { startDeliveries } from './start-deliveries.ts';
import { startFollowUps } from './start-follow-ups.ts';
import { startLeft } from './start-left.ts';
import { tellChunkEnds } from './tell-ends.ts';
import type { UnitPlaces } from './unit-places.ts';

// A run that waits longer than this before its next attempt lets others work meanwhile.
const MAX_HELD_BACK_OFF_MS = 5_000;

// Of a workflow's first task when it is given out for the first time: that it was started, that there is a task, and that somebody has it.
// Each time that it is given out again there is one more event, which says what became of the time before.
const FIRST_TASK_EVENTS = 3;

/**
 * Runs a chunk: begin, advance, split off who is not complete in company, wait for what one that is alone waits for, its handlers
 * among that, and deliver.
 * A run that is alone ends its workflow as it has ended itself, and leaves its record; what became of those in company is on
 * record already, as the outcome of their call.
 * @param places of its batch, if it is an item: it holds one, unless it waits for long
 */
export async function processChunk(chunk: Chunk, places?: UnitPlaces): Promise<RunRecord | null> {
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const root = CancellationScope.current();
  const cancellable = createCancellable();
  const { plan } = chunk.shared;
  // By the engine's clock alone. What an item of a batch was to wait, its batch has waited.
  const startedAtMs = workflowInfo().startTime.getTime();
  const dueAtMs = (run: EventRun): number => startedAtMs + (places === undefined ? run.event.delayMs : 0);
  // A message that comes with the first task finds it so.
  let runs = beginChunk(runsOf(chunk).map((run) => delayed(run, dueAtMs(run))));
  const [alone] = runs.length === 1 ? runs : [];
  // While quick handlers are called, which nothing can end halfway, nor the callback that may tell of them.
  let isCalling = false;
  let releasing: Promise<void> | null = null;
  // Beside all that follows, so that no stage and no permit waits for it; never rejects.
  const starting: Promise<void>[] = [];
  const permits = alone === undefined ? NO_PERMITS : holdPermits(alone.run.event, workflow, dueAtMs(alone.run));

  if (alone !== undefined) {
    setHandler(runQuery, () => recordOf(runs[0] ?? alone));
    setHandler(cancelUpdate, () => cancellable.cancel(), {
      validator: () => {
        const { run, hasLeft } = runs[0] ?? alone;
        const isUntouched = workflowInfo().historyLength === FIRST_TASK_EVENTS;
        const refusal = isCalling || hasLeft ? 'not_cancellable' : refusalToCancel(run, Date.now(), isUntouched);
        if (refusal !== null) throw ApplicationFailure.nonRetryable(`the event is ${run.phase.status}`, refusal);
      },
    });
  }

  try {
    if (alone !== undefined && (permits.isNeeded || isWaiting(alone.run))) await waitForTurn(alone.run);
    while (runs.some(({ run, hasLeft }) => !hasLeft && isAtStages(run))) {
      cancellable.throwIfCancelled();
      const before = runs;
      runs = runs.map(beginAttempts);
      if (isInline(plan)) {
        const outcome = await advanceInline(before, workflow);
        startEmitted(outcome.runs);
        runs = heard(recordChunk(before, outcome));
      } else {
        tellLists();
        await advanceOne(before);
      }
      if (alone !== undefined && runs.some(({ run }) => isWaiting(run))) {
        tellLists();
        await waitForAttempt();
      }
    }
    if (alone !== undefined && runs.some(({ run }) => isAtHandlers(run.phase))) {
      // An item leaves its batch, for which its stages are what counts.
      cancellable.throwIfCancelled();
      if (places === undefined) await callHandlers();
      else runs = runs.map((one) => ({ ...one, hasLeft: true }));
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await cleanUpAlone();
    change((run) => endRun(run, { status: 'cancelled', endedAtMs: Date.now() }));
  }

  // With what its last call came to, so that both are there should it be ended by force from here on.
  tellLists();
  // Waited for together with what follows: each costs the engine a task by itself.
  const released = release();
  const deliveries = deliveriesOf(runs, workflow);
  // Most have nothing left to start, and each promise costs the sandbox a stack trace.
  if (deliveries.length > 0 || runs.some(({ hasLeft }) => hasLeft)) {
    await CancellationScope.nonCancellable(async () => {
      await startLeft(runs);
      await startDeliveries(deliveries);
    });
  }
  if (released !== null) await released;
  if (starting.length > 0) await CancellationScope.nonCancellable(() => Promise.all(starting));
  const [ended] = alone === undefined ? [] : runs;
  // Told in the workflow's last task, by which it is counted.
  if (ended?.run.phase.status !== 'cancelled') tellChunkEnds(runs);
  if (ended === undefined) return null;
  const record = recordOf(ended);
  const { event, phase } = ended.run;
  const causeKey = causeKeyOfRun(ended.run);
  const cause = causeKey === null ? {} : { Cause: [toKeyword(causeKey)] };
  if (phase.status === 'failed') {
    const { code, message } = phase.error;
    upsertSearchAttributes(cause);
    throw ApplicationFailure.create({ message, type: code, nonRetryable: true, details: [record, failureCause(event.type, phase.error)] });
  }
  if (phase.status === 'cancelled') {
    // A Canceled workflow has no result to hold the record.
    await becomeCanceled(root, workflow);
    upsertMemo({ [ENDED_MEMO]: record });
    tellChunkEnds(runs);
    throw new CancelledFailure('the event was cancelled');
  }
  if (phase.status === 'partial') upsertSearchAttributes({ ...cause, Outcome: ['partial'] });
  return record;

  function recordOf(one: ChunkRun): RunRecord {
    return { ...toKept(one), runId };
  }

  /** Of items their batch knows more, and of several each is on record with the others. */
  function tellLists(): void {
    const [one] = places === undefined && alone !== undefined ? runs : [];
    if (one !== undefined) upsertMemo(standingMemo(one.run));
  }

  function startEmitted(outcomes: readonly RunOutcome[]): void {
    const emitted = emittedBy(outcomes);
    if (emitted.length > 0) starting.push(startFollowUps(emitted));
  }

  /** @throws CancelledFailure also where the attempt came to its end, but whoever cancelled was told that the event ends so */
  async function advanceOne(before: readonly ChunkRun[]): Promise<void> {
    const [one] = before;
    if (one === undefined) return;
    const permitRunId = permits.grantedTo();
    const input = { run: one.run, workflow, ...(permitRunId !== undefined && { permitRunId }) };
    try {
      const outcome = await cancellable.run(() => advanceOnWorker(input, permits.isReserved() ? TASK_QUEUES.reserved : undefined));
      startEmitted([outcome]);
      runs = cancellable.isCancelled() ? [recordCancelled(one, outcome)] : heard(recordChunk(before, { runs: [outcome] }));
    } catch (error) {
      const cut = cutOutcome(error);
      if (cut !== null) {
        // It may have come to the end of its stage, and only not have said so.
        startEmitted([cut]);
        runs = [recordCancelled(one, cut)];
      }
      throw error;
    }
    cancellable.throwIfCancelled();
  }

  function release(): Promise<void> | null {
    if (!permits.isNeeded) return null;
    releasing ??= permits.release();
    return releasing;
  }

  /**
   * The quick ones where its stages were, if it is light and nobody has called any of them yet: it has left its subject or its batch. All
   * others have workflows of their own, and a heavy event's too: its workflow's slots are for those who coordinate.
   */
  async function callHandlers(): Promise<void> {
    // Each has its own permits.
    const given = release();
    if (given !== null) await given;
    cancellable.throwIfCancelled();
    const [one] = runs;
    if (one !== undefined && isInline(plan) && one.run.handlers === undefined && dueInline(one.run).length > 0) {
      isCalling = true;
      const outcome = await advanceInline(runs, workflow);
      startEmitted(outcome.runs);
      runs = heard(recordChunk(runs, outcome));
      isCalling = false;
    }
    const run = runs[0]?.run;
    if (run === undefined || isEnded(run.phase)) return;
    tellLists();
    const ended = await runHandlers(run, cancellable, (changed) => change(() => changed));
    change(() => ended);
  }

  /** What a run that is alone waits for before anything of it begins. */
  async function waitForTurn({ phase }: EventRun): Promise<void> {
    if (phase.status === 'waiting' && phase.waiting.reason === 'delay') await waitOut(phase.waiting);
    await waitForAttempt();
    if (permits.isNeeded) await waitForPermits();
  }

  /** Until the next attempt is due, if one has failed; long waits are without permits. */
  async function waitForAttempt(): Promise<void> {
    const phase = runs[0]?.run.phase;
    if (phase?.status !== 'waiting' || phase.waiting.reason !== 'retry') return;
    const { waiting } = phase;
    const waitMs = waiting.untilMs - Date.now();
    const rests = places !== undefined && waitMs > LONGEST_HELD_WAIT_MS;
    // Who holds no place holds no permit either, for which another that holds a place may wait.
    const letGo = permits.isNeeded && (rests || waitMs > MAX_HELD_BACK_OFF_MS);
    if (letGo) await permits.release();
    if (rests) await places.leave({ marks: [], causes: [] });
    await waitOut(waiting);
    if (rests) await cancellable.run(() => places.take(1));
    if (letGo || waiting.lastError.code === PERMIT_LOST) await waitForPermits();
  }

  async function waitOut({ untilMs }: Extract<Waiting, { untilMs: number }>): Promise<void> {
    await cancellable.run(() => sleep(Math.max(1, untilMs - Date.now())));
  }

  async function waitForPermits(): Promise<void> {
    await cancellable.run(() =>
      permits.acquire((key, sinceMs) => change((run) => wait(run, nextStageIfBegun(run), { reason: 'permit', key, sinceMs }))),
    );
  }

  /** What is cancelled in company has not begun: it was cut off before its task. */
  async function cleanUpAlone(): Promise<void> {
    const [one] = alone === undefined ? [] : runs;
    const cleanup = one === undefined || isEnded(one.run.phase) ? null : cleanupOf(one.run);
    if (cleanup === null) return;
    change(cleaningUp);
    const cleaned = await cleanUp(cleanup, workflow);
    change((run) => ({ ...run, cleanup: cleaned }));
  }

  function change(step: (run: EventRun) => EventRun): void {
    runs = runs.map((one) => ({ ...one, run: step(one.run) }));
  }
}

function isAtStages({ phase }: EventRun): boolean {
  return !isPastStages(phase);
}

function isWaiting({ phase }: EventRun): boolean {
  return phase.status === 'waiting';
}

/** One that is to begin later waits from its start on. */
function delayed(run: EventRun, untilMs: number): EventRun {
  const { delayMs } = run.event;
  if (delayMs === 0 || run.phase.status !== 'accepted') return run;
  return wait(run, null, { reason: 'delay', untilMs, forMs: delayMs });
}

/** What a process says of its runs is by its own clock. */
function heard(runs: readonly ChunkRun[]): readonly ChunkRun[] {
  return runs.map((one) => ({ ...one, run: waitFromNow(one.run, Date.now()) }));
}

/** For those who ask, or would cancel it, while the attempt is made; what it comes to counts the attempt itself. */
function beginAttempts(one: ChunkRun): ChunkRun {
  const stage = nextStage(one.run);
  if (one.hasLeft || stage === null) return one;
  const begun = beginAttempt(one.run, stage);
  // On a worker it may yet stand in a queue, and says itself when it has started.
  return { ...one, run: isInline(begun.event.plan) ? markStarted(begun, Date.now()) : begun };
}

/** The stage that a run waits at; null where none has begun. */
function nextStageIfBegun(run: EventRun): string | null {
  return Object.keys(run.attempts).length === 0 ? null : nextStage(run);
}
