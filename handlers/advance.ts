import type { AttemptTimes } from '../domain/attempt-times.ts';
import { attemptTimeoutMs, recordFailure, recordSuccess } from '../domain/attempt.ts';
import {
  beginAttempt,
  endStages,
  isEnded,
  isPastStages,
  markStarted,
  nextStage,
  reportProgress,
  retryOf,
  stateOf,
} from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import type { StateChange } from '../domain/state-change.ts';
import { outcomeOf } from '../domain/run-outcome.ts';
import type { Advanced, AdvancedRun, Due, DueRun, Port } from './advance-port.ts';
import { attemptStage } from './attempt-stage.ts';
import type { AttemptStageDependencies } from './attempt-stage.ts';
import { delay } from './delay.ts';
import { listenOnce } from './listen-once.ts';
import { toStageFailure, traceOf } from './stage-failure.ts';
import type { ErrorTrace } from './stage-failure.ts';
import { Stopped } from './stopped.ts';
import { createSubjectTurn } from './subject-turn.ts';
import type { SubjectTurn } from './subject-turn.ts';
import { utf8Bytes } from './utf8-bytes.ts';
import { StageTimeoutError } from './with-timeout.ts';

export interface AdvanceDependencies extends AttemptStageDependencies {
  readonly now: () => number;
  /** What of a subject's state is told of: what differs, where it goes to another process; all of it will do elsewhere. */
  readonly changeOf: (before: unknown, after: unknown) => StateChange;
  /** Measures durations; the time of day may be set meanwhile. */
  readonly monotonicMs: () => number;
  /** What is said of what a handler threw; absent: its own message. */
  readonly textOf?: (error: unknown) => string;
  /** Notes when attempts were; absent where nobody keeps a record of runs. */
  readonly times?: AttemptTimes;
  /** Waits before a stage of a subject's event is tried again; absent: in real time. Rejects when the signal aborts. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Advances runs that are due: calls the handlers of their stages, each attempt counted before it begins and tried again as its
 * type says, until the run has ended, waits, or is to be gone on with elsewhere. The only loop over stages, for every
 * way to run events. What a handler does is its run's outcome, never an error of this.
 * @throws Stopped when it is told to stop and what was begun is not to be recorded
 * @throws UnknownTypeError for a subject's event whose type this process lacks
 */
export type Advance = (due: Due, port: Port) => Promise<Advanced>;

// A stage of a subject's event that has to wait longer before it is tried again has failed: others of its subject wait for it.
export const SUBJECT_PATIENCE_MS = 1_000;

export function createAdvance(dependencies: AdvanceDependencies): Advance {
  const { now, monotonicMs, textOf, times, pause = delay } = dependencies;

  return async function advance(due, port) {
    const { runs, inOrder, bounds, subject } = due;
    if (!port.signal.aborted) port.begun?.();
    const turn = subject === null ? null : createSubjectTurn(subject, dependencies);
    const advanced: (AdvancedRun | null)[] = runs.map(() => null);
    // Each of the runs may listen for as long as it runs.
    const signal = listenOnce(port.signal);
    // What is recorded together, or in one history call by call, has less room for each.
    const isShared = due.hasOwnRoom !== true && (bounds !== null || runs.length > 1);
    const startedMs = monotonicMs();
    let next = 0;
    let bytes = 0;
    let isHeldUp = false;

    await Promise.all(Array.from({ length: Math.min(due.atOnce, runs.length) }, takeTurns));
    return { runs: advanced, change: turn === null ? null : turn.change() };

    async function takeTurns(): Promise<void> {
      for (let run = runs[next]; run !== undefined && mayBegin(); run = runs[next]) {
        const index = next;
        next += 1;
        const one = await advanceRun(run, index);
        advanced[index] = one;
        if (one.kind === 'stale') continue;
        if (bounds !== null && bounds.bytes !== null) bytes += utf8Bytes(JSON.stringify(one.outcome));
        isHeldUp ||= inOrder && !isPastStages(one.outcome.phase);
      }
    }

    function mayBegin(): boolean {
      if (isHeldUp) return false;
      // One at least, so that there is always progress.
      return bounds === null || next === 0 || (monotonicMs() - startedMs < bounds.ms && bytes < (bounds.bytes ?? Infinity));
    }

    async function advanceRun(run: DueRun, index: number): Promise<AdvancedRun> {
      const { expectedVersion, ...given } = run;
      if (turn === null) return advanceStages(given, index, null);
      if (expectedVersion !== undefined && expectedVersion !== turn.version()) return { kind: 'stale', version: turn.version() };
      turn.begin(given.event);
      return advanceStages(given, index, turn);
    }

    async function advanceStages(given: EventRun, index: number, turn: SubjectTurn | null): Promise<AdvancedRun> {
      let run = given;
      let trace: ErrorTrace | null = null;
      const show = (): void => port.tell({ kind: 'run', index, state: stateOf(run) });
      for (let stage = nextStage(run); stage !== null && !isEnded(run.phase); stage = nextStage(run)) {
        const startedAtMs = now();
        const timeoutMs = attemptTimeoutMs(run, stage, startedAtMs);
        if (timeoutMs > 0) run = beginAttempt(run, stage);
        run = markStarted(run, startedAtMs);
        if (!isShared && timeoutMs > 0) run = times?.begin(run, stage, startedAtMs) ?? run;
        const attempt = run.attempts[stage] ?? 0;
        show();
        let isOver = false;
        try {
          const { value, added } = await attemptStage(dependencies, run, stage, {
            state: turn?.state() ?? null,
            isShared,
            timeoutMs,
            signal,
            log: (level, message, fields) => port.tell({ kind: 'log', index, stage, attempt, level, message, fields }),
            heartbeat: (progress) => {
              // What a handler says after its attempt has ended must not hide what came after it.
              if (isOver) return;
              run = reportProgress(run, progress);
              port.tell({ kind: 'progress', index, progress: run.progress });
            },
          });
          const endedAtMs = now();
          run = recordSuccess({ ...run, ...added }, stage, { value, endedAtMs });
          run = times?.end(run, endedAtMs) ?? run;
          trace = null;
        } catch (error) {
          if (error instanceof Stopped && (error.reason === 'cancelled' || turn !== null)) throw error;
          const endedAtMs = now();
          const failure = {
            ...toStageFailure(error, { stage, startedAtMs, endedAtMs }, textOf),
            // It had what was left in all: no other has any time.
            isTimeUp: error instanceof StageTimeoutError && timeoutMs < (run.event.plan.timeoutsMs[stage] ?? 0),
          };
          run = recordFailure(run, stage, failure, now(), turn === null ? undefined : now() + SUBJECT_PATIENCE_MS);
          run = times?.end(run, endedAtMs, failure.error.code) ?? run;
          trace = traceOf(error);
          port.tell({ kind: 'failed', index, attempt, failure, trace });
          if (turn === null || isEnded(run.phase)) break;
          await pauseBefore(run, port.signal);
        } finally {
          isOver = true;
        }
        if (due.goOn === 'one-attempt') break;
      }
      // One that goes on after its last stage, as it was recorded, has nothing left but its end.
      if (nextStage(run) === null) run = endStages(run, now());
      if (turn !== null) run = turn.end(run);
      show();
      return { kind: 'advanced', outcome: outcomeOf(given, run), trace };
    }

    /** @throws Stopped */
    async function pauseBefore(run: EventRun, signal: AbortSignal): Promise<void> {
      const forMs = retryOf(run)?.forMs ?? 0;
      await pause(forMs, signal).catch(() => signal.throwIfAborted());
    }
  };
}
