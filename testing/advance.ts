import type { VirtualClock } from './virtual-clock.ts';

// A process for tests makes few of them, and doesn't live long.
const clocks = new Set<VirtualClock>();

/**
 * Lets `ms` milliseconds pass for all test buses of this process, as `bus.advance(ms)` does for one.
 * @throws RangeError where that isn't 0 or more
 */
export async function advance(ms: number): Promise<void> {
  await Promise.all(Array.from(clocks, (clock) => clock.advance(ms)));
}

/** Has a clock go on with `advance`. */
export function keepTogether(clock: VirtualClock): VirtualClock {
  clocks.add(clock);
  return clock;
}
