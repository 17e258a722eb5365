import type { RunChunkInput } from '../../temporal/durable/activities.ts';
import { DECLINED } from '../../domain/callback-message.ts';
import type { Chunk, ChunkOutcome } from '../../domain/chunk.ts';
import { runsOf } from '../../domain/chunk.ts';
import type { WorkflowReference } from '../../domain/event-resource.ts';
import { eventDelivery } from '../../domain/event-delivery.ts';
import { endRun, isEnded } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { outcomeOf, recordOutcome } from '../../domain/run-outcome.ts';
import type { Advance } from '../../handlers/advance.ts';
import type { TaskAttempt } from '../../temporal/read-task-attempt.ts';
import type { FirstAttempts } from '../callbacks/first-attempts.ts';
import type { Surroundings } from '../surroundings.ts';
import { openPort, throwStopped } from './open-port.ts';
import type { ObserveRun } from './open-port.ts';
import type { RunLog } from './run-log.ts';

export interface RunChunkDependencies {
  readonly advance: Advance;
  readonly log: RunLog;
  readonly observe: ObserveRun;
  readonly firstAttempts: FirstAttempts;
  readonly now: () => number;
  /** What a workflow was started with, for whoever wasn't the one to start it. */
  readonly readChunk: (workflow: WorkflowReference) => Promise<Chunk>;
  /** How often the engine has given out the task that a workflow is at, this time included. */
  readonly readTaskAttempt: (workflow: WorkflowReference) => Promise<TaskAttempt>;
  /** Told how long a task lay with a process that was gone. */
  readonly observeRecovery: (seconds: number) => void;
}

// A task may also be given out again because its process was slow: who is suspected for that loses nothing but company.
const MAX_TASK_ATTEMPTS = 3;
const FIRST: TaskAttempt = { attempt: 1, lostMs: 0 };

/**
 * Advances the runs of a chunk, all at once, each until it has ended or waits; then makes the first attempts of the callbacks
 * of those that have ended here. Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunChunk(dependencies: RunChunkDependencies) {
  const { advance, log, observe, firstAttempts, now, readChunk, readTaskAttempt, observeRecovery } = dependencies;
  return async function runChunk({ chunk, begun, workflow }: RunChunkInput, surroundings: Surroundings): Promise<ChunkOutcome> {
    const { given, taskAttempt } = chunk === undefined ? await read(workflow) : { given: chunk, taskAttempt: 1 };
    const runs = runsOf(begun === undefined ? given : { ...given, begun });
    const isAlone = runs.length === 1;
    const port = openPort({ runs, surroundings, log, onRun: (run) => observe(run, workflow) });
    const advancing = await advance(
      {
        runs,
        atOnce: runs.length,
        inOrder: false,
        goOn: 'until-it-waits',
        bounds: null,
        subject: null,
        ...(taskAttempt > MAX_TASK_ATTEMPTS && { isSuspect: true }),
      },
      port,
    ).catch((error: unknown) => (surroundings.withdrawal?.isWithdrawn() === true ? null : throwStopped(error, surroundings)));
    // Whoever has cancelled it is told so once this is recorded, and so is its receiver: another process may have been given the task.
    if (advancing === null) {
      return { runs: runs.map((run) => outcomeOf(run, endRun(run, { status: 'cancelled', endedAtMs: now() }))) };
    }
    const { runs: advanced } = advancing;
    const outcomes = runs.map((run, index) => {
      const one = advanced[index];
      if (one?.kind !== 'advanced') throw new Error(`the run ${index} of "${workflow.id}" was not advanced`);
      return { outcome: one.outcome, after: recordOutcome(run, one.outcome) };
    });
    // What handlers tell on their way may be late, or left out; their ends are seen before anybody else hears of them.
    for (const { after } of outcomes) observe(after, workflow);
    const messages = outcomes.map(({ after }) => (isToldHere(after, isAlone) ? eventDelivery(after, workflow) : null));
    const rides = await firstAttempts(
      messages.filter((message) => message !== null),
      workflow,
    );
    let next = 0;
    return {
      runs: outcomes.map(({ outcome }, index) => {
        if (messages[index] === null) return outcome;
        const ride = rides[next] ?? DECLINED;
        next += 1;
        return { ...outcome, ride };
      }),
    };
  };

  /** Whoever didn't start it comes after a delay, or after a process that has ended with it; where that can't be told, nobody is suspected. */
  async function read(workflow: WorkflowReference): Promise<{ readonly given: Chunk; readonly taskAttempt: number }> {
    const [given, { attempt, lostMs }] = await Promise.all([readChunk(workflow), readTaskAttempt(workflow).catch(() => FIRST)]);
    if (attempt > 1) observeRecovery(lostMs / 1_000);
    return { given, taskAttempt: attempt };
  }
}

/** In company, who isn't complete is called back by the chunk that it goes on as. */
function isToldHere({ event, phase }: EventRun, isAlone: boolean): boolean {
  return !event.plan.respondAfterRecord && (phase.status === 'completed' || (isAlone && isEnded(phase)));
}
