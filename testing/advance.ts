import type { VirtualClock } from './virtual-clock.ts';

// Never emptied: a test process makes few buses, and doesn't live long.
const clocks = new Set<VirtualClock>();

/**
 * Lets `ms` milliseconds pass for all test buses of this process, as `bus.advance(ms)` does for one.
 * @throws RangeError where `ms` isn't 0 or more, or is infinite
 */
export async function advance(ms: number): Promise<void> {
  await Promise.all(Array.from(clocks, (clock) => clock.advance(ms)));
}

/** Has `advance` move this clock, too. */
export function keepTogether(clock: VirtualClock): VirtualClock {
  clocks.add(clock);
  return clock;
}
