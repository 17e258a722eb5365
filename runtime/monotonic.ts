/**
 * Milliseconds on a clock that nobody sets: what durations are measured by. The time of day may be set back by an hour, and what
 * was to last a second would last that much longer.
 */
export function monotonicMs(): number {
  return performance.now();
}
