const ALONE_MS = 1_000;
// About what an event took where much else was running on the machine.
const MS_PER_OTHER = 100;
const LONGEST_MS = { byOthers: 10_000, byEngine: 30_000 } as const;
// The engine records a task's end much as it records a start. While stages run, the SDK asks for a new task after four fifths of the
// timeout, so that a fifth must be enough to record that.
const STARTS_PER_TIMEOUT = 5;

export interface TaskLoad {
  /** Light events that the process is running, this one among them. */
  readonly inFlight: number;
  /** What slow starts of workflows took of late. */
  readonly slowStartMs: number;
}

/**
 * How long the engine waits for a task of a light event's workflow before it gives it to whoever asks. It is the recovery time
 * after a SIGKILL, and costs nothing else, so that it is short while all is quick. But a task that is only slow, with many others or on a
 * slow engine, would be run a second time beside the first, callback included, and make those others slower: so the time follows both.
 */
export function taskTimeoutMs({ inFlight, slowStartMs }: TaskLoad): number {
  const byOthersMs = ALONE_MS + MS_PER_OTHER * Math.max(0, inFlight - 1);
  const byEngineMs = STARTS_PER_TIMEOUT * slowStartMs;
  return Math.max(Math.min(LONGEST_MS.byOthers, byOthersMs), Math.min(LONGEST_MS.byEngine, byEngineMs));
}
