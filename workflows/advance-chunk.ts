import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Activities, RunStageInput } from '../temporal/durable/activities.ts';
import { recordFailure } from '../domain/attempt.ts';
import type { ChunkOutcome } from '../domain/chunk.ts';
import type { ChunkRun } from '../domain/chunk-run.ts';
import { isInline } from '../domain/is-inline.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { beginAttempt, isProgress, nextStage, stateOf } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { isRunOutcome, outcomeOf } from '../domain/run-outcome.ts';
import type { RunOutcome } from '../domain/run-outcome.ts';

// Handlers keep their timeouts, or their process is ended. One that ends its process is tried up to three times in one call: in company, alone, and where
// nobody else has been (domain/quarantine.ts).
const TRIES = 3;
// Those who were in its company are tried by themselves, for half a minute; and each may hold out for a grace, and its first callback for some seconds.
const GRACE_MS = 120_000;
// A vanished worker is noticed after this time. Handlers run elsewhere, so that none of them holds up its heartbeats.
const HEARTBEAT_TIMEOUT_MS = 2_500;

/**
 * Runs the stages of a chunk in the process that has its workflow task, and the first callbacks: one local activity for all of
 * them, since between two nothing becomes durable, and each costs an activation of the workflow, which takes longer than quick
 * stages do. The same goes for quick handlers, which come after them. Whoever cancels the workflow in the engine meanwhile is too late: a callback may have told another verdict.
 */
export function advanceInline(runs: readonly ChunkRun[], workflow: WorkflowReference): Promise<ChunkOutcome> {
  const { runChunk } = proxyLocalActivities<Activities>({
    startToCloseTimeout: TRIES * Math.max(...runs.map(({ run }) => timeoutMs(run))) + GRACE_MS,
    summary: namesLeft(runs).join(', '),
    // What handlers and receivers do is an outcome; what is retried here is a fault of the process.
    retry: { initialInterval: '100ms', maximumInterval: '5s' },
  });
  const hasBegun = runs.some(({ run }) => run.phase.status !== 'accepted');
  const begun = hasBegun ? { begun: runs.map(({ run }) => stateOf(run)) } : {};
  return CancellationScope.nonCancellable(() => runChunk({ workflow, ...begun }));
}

/** Of any of the runs, which are of one type: the stages that are left, or the handlers that come after them. */
function namesLeft(runs: readonly ChunkRun[]): readonly string[] {
  const { stages = [], handlers = [] } = runs[0]?.run.event.plan ?? {};
  const left = stages.filter((stage) => runs.some(({ run }) => !Object.hasOwn(run.results, stage)));
  return left.length > 0 ? left : handlers.map(({ name }) => name);
}

/** Of all stages that are left, and all quick handlers, each once. */
function timeoutMs({ event: { plan }, results }: EventRun): number {
  const stages = plan.stages.filter((stage) => !Object.hasOwn(results, stage)).map((stage) => plan.timeoutsMs[stage] ?? 0);
  const handlers = plan.handlers?.filter(isInline).map((handler) => handler.timeoutMs) ?? [];
  return [...stages, ...handlers].reduce((sum, ms) => sum + ms, 0);
}

/**
 * One attempt of a run's next stage as an activity on a worker, which is on record when it has ended.
 * @param taskQueue another one than its workflow's: where it has a permit that is kept for its tier
 * @throws CancelledFailure
 */
export async function advanceOnWorker(input: RunStageInput, taskQueue?: string): Promise<RunOutcome> {
  const { event } = input.run;
  // One whose last stage is on record has nothing left but its end.
  const stage = nextStage(input.run) ?? 'end';
  const { [stage]: attempt } = proxyActivities<Readonly<Record<string, Activities['default']>>>({
    startToCloseTimeout: TRIES * (event.plan.timeoutsMs[stage] ?? 0) + GRACE_MS,
    heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
    ...(taskQueue !== undefined && { taskQueue }),
    // One attempt a call: the workflow spaces the attempts, so that they are on record and can be cancelled between.
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: `${stage} of ${event.type}`,
  });
  try {
    if (attempt === undefined) throw new Error(`there is no activity for the stage "${stage}"`);
    return await attempt(input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure && isRunOutcome(cause.details?.[0])) return cause.details[0];
    if (!(cause instanceof TemporalFailure)) throw error;
    return lostOutcome(input.run, stage, cause);
  }
}

/** What an attempt that was cancelled had come to by then; null where it never began, or its worker vanished. */
export function cutOutcome(error: unknown): RunOutcome | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const detail: unknown = cause instanceof CancelledFailure ? cause.details[0] : null;
  return isRunOutcome(detail) ? detail : null;
}

/** Anything but our own failures comes from the engine: its worker vanished, or couldn't keep the attempt's time. */
function lostOutcome(run: EventRun, stage: string, cause: TemporalFailure): RunOutcome {
  const lost = cause instanceof TimeoutFailure && cause.timeoutType !== 'START_TO_CLOSE';
  const code = cause instanceof TimeoutFailure && !lost ? 'timeout' : 'worker_lost';
  const message = lost ? 'the worker stopped reporting' : cause.message;
  const times = { startedAtMs: null, endedAtMs: null };
  const failure = { error: { code, message, stage, retryable: true }, retryable: true, retryAfterMs: null, lost, ...times };
  const progress =
    cause instanceof TimeoutFailure && isProgress(cause.lastHeartbeatDetails) ? { progress: cause.lastHeartbeatDetails } : {};
  return outcomeOf(run, recordFailure(beginAttempt(run, stage), stage, { ...failure, ...progress }, Date.now()));
}
