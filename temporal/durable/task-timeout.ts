const ALONE_MS = 1_000;
// About what an event took where much else was running on the machine.
const MS_PER_OTHER = 100;
const LONGEST_MS = 10_000;

/**
 * How long the engine waits for a task of a light event's workflow before it gives it to whoever asks: the recovery time
 * after a crash, so it is short. But a task that is only slow, with many others, would so be run a second time beside the
 * first, callback included, and would make those others slower: hence it follows the load.
 * @param inFlight light events that this process is running, this one among them
 */
export function taskTimeoutMs(inFlight: number): number {
  return Math.min(LONGEST_MS, ALONE_MS + MS_PER_OTHER * Math.max(0, inFlight - 1));
}
