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
  readonly error?: string;
}

type Timed = Pick<RunState, 'startedAtMs' | 'times'>;

// They are part of every outcome.
const MAX_TIMES = 20;

/** Notes that an attempt begins, of a run that has started. Of many attempts the last are kept. */
export function beginTime<Run extends Timed>(run: Run, stage: Stage, nowMs: number): Run {
  const fromMs = Math.max(0, nowMs - (run.startedAtMs ?? nowMs));
  return { ...run, times: [...(run.times ?? []), { stage, fromMs }].slice(-MAX_TIMES) };
}

/** Notes that the attempt that began last has ended; nothing where none was noted. */
export function endTime<Run extends Timed>(run: Run, endedAtMs: number, error?: string): Run {
  const { startedAtMs, times = [] } = run;
  const last = times.at(-1);
  if (startedAtMs === null || last === undefined || last.forMs !== undefined) return run;
  const forMs = Math.max(0, endedAtMs - startedAtMs - last.fromMs);
  return { ...run, times: [...times.slice(0, -1), { ...last, forMs, ...(error !== undefined && { error }) }] };
}
