import type { RunState } from './event-run.ts';
import type { Stage } from './stage.ts';

/** When an attempt was, in milliseconds. Stored with its run: fields may be added, never renamed or removed. */
export interface AttemptTime {
  readonly stage: Stage;
  /** After the run's first start. */
  readonly fromMs: number;
  /** Absent while it is at work, and where its process has ended without a word. */
  readonly forMs?: number;
  /** The code of what it failed with; absent where it hasn't. */
  readonly error?: string | undefined;
}

type Timed = Pick<RunState, 'startedAtMs' | 'times'>;

// They are part of every outcome.
const MAX_TIMES = 20;

/** Notes when the attempts of runs were. */
export interface AttemptTimes {
  begin<Run extends Timed>(run: Run, stage: Stage, nowMs: number): Run;
  end<Run extends Timed>(run: Run, endedAtMs: number, error?: string): Run;
}

/** Notes that an attempt begins, of a run that has started. Of many attempts the last are kept. */
function beginTime<Run extends Timed>(run: Run, stage: Stage, nowMs: number): Run {
  return { ...run, times: [...(run.times ?? []), { stage, fromMs: afterStart(run, nowMs) }].slice(-MAX_TIMES) };
}

/** Notes that the attempt that began last has ended; nothing where none was noted. */
export function endTime<Run extends Timed>(run: Run, endedAtMs: number, error?: string): Run {
  const last = run.times?.at(-1);
  if (last === undefined || last.forMs !== undefined) return run;
  return { ...run, times: run.times?.with(-1, { ...last, forMs: Math.max(0, afterStart(run, endedAtMs) - last.fromMs), error }) };
}

function afterStart({ startedAtMs }: Timed, atMs: number): number {
  return Math.max(0, atMs - (startedAtMs ?? atMs));
}

export const attemptTimes: AttemptTimes = { begin: beginTime, end: endTime };
