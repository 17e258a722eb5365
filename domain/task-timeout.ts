import type { Tier } from './tier.ts';

const ALONE_MS = { critical: 1_000, other: 2_000 } as const;
// About what an event took where much else was running on the machine.
const MS_PER_OTHER = 100;
const LONGEST_MS = 10_000;

/**
 * How long the engine waits for a task of an event's workflow before it gives it to whoever asks: the recovery time after
 * a crash, so it is short. But a task that is only slow, with many others, would so be run a second time beside the first,
 * callback included, and would make those others slower: hence it follows the load.
 * @param inFlight light events that this process is running, this one among them
 */
export function taskTimeoutMs(tier: Tier, inFlight: number): number {
  return Math.min(LONGEST_MS, (tier === 'critical' ? ALONE_MS.critical : ALONE_MS.other) + MS_PER_OTHER * Math.max(0, inFlight - 1));
}
