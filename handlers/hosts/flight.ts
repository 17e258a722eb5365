import { nextStage } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { attemptTimeoutMs } from '../../domain/attempt.ts';
import type { Due, Port, Told } from '../advance-port.ts';

/** Something due that is in flight in a host: what is known of its runs, and until when each has to have stopped. */
export interface Flight {
  readonly latest: readonly EventRun[];
  tell(told: Told): void;
  /** Time that passed while its process couldn't go on is not held against it. */
  postpone(byMs: number): void;
  /** From here on it has only its grace to stop. */
  stop(): void;
  /** The time by which one of its runs has to have stopped at the latest, or the whole if nothing was heard of it yet. */
  dueMs(): number;
  /** The runs whose time is up. */
  overdue(nowMs: number): ReadonlySet<number>;
}

// Even where the machine does anything but run handlers there is an end, however much time a stage has.
const MAX_EXCUSED_MS = 5_000;

interface Deadline {
  atMs: number;
  /** By so much it may still be put off. */
  leftMs: number;
}

export function createFlight(due: Due, port: Port, graceMs: number, now: () => number, timeOfDay: () => number): Flight {
  const latest: EventRun[] = due.runs.map(({ expectedVersion: _kept, ...run }) => run);
  const deadlines = new Map<number, Deadline>();
  // Until a run is heard of, as where its first stage keeps the process busy.
  let unheard: Deadline | null = deadlineAfter(Math.max(0, ...due.runs.map(longestStageMs)));
  let stopping: Deadline | null = null;

  function deadlineAfter(timeoutMs: number): Deadline {
    return { atMs: now() + timeoutMs + graceMs, leftMs: MAX_EXCUSED_MS };
  }

  return {
    latest,

    tell(told) {
      const before = latest[told.index];
      if (before === undefined) return;
      unheard = null;
      if (told.kind === 'run') {
        latest[told.index] = { event: before.event, ...told.state };
        const { phase } = told.state;
        if (phase.status === 'running' && phase.stage !== null) {
          deadlines.set(told.index, deadlineAfter(attemptTimeoutMs({ ...before, ...told.state }, phase.stage, timeOfDay())));
        } else deadlines.delete(told.index);
      } else if (told.kind === 'progress') latest[told.index] = { ...before, progress: told.progress };
      port.tell(told);
    },

    postpone(byMs) {
      for (const deadline of [...deadlines.values(), unheard, stopping]) {
        if (deadline === null) continue;
        const moreMs = Math.min(byMs, deadline.leftMs);
        deadline.atMs += moreMs;
        deadline.leftMs -= moreMs;
      }
    },

    stop() {
      stopping = deadlineAfter(0);
    },

    dueMs: () => Math.min(stopping?.atMs ?? Infinity, unheard?.atMs ?? Infinity, ...[...deadlines.values()].map(({ atMs }) => atMs)),

    overdue(nowMs) {
      if (stopping !== null && stopping.atMs <= nowMs) return new Set(deadlines.keys());
      return new Set([...deadlines].flatMap(([index, { atMs }]) => (atMs <= nowMs ? [index] : [])));
    },
  };
}

/** Of those that are left: it isn't known at which it is. */
function longestStageMs(run: EventRun): number {
  if (nextStage(run) === null) return 0;
  return Math.max(0, ...run.event.plan.stages.map((stage) => run.event.plan.timeoutsMs[stage] ?? 0));
}
