/** How long the same thing took the last times. */
export type RecentTimes = readonly number[];

const REMEMBERED = 50;
const HIGH_QUANTILE = 0.9;

export function noteTime(times: RecentTimes, ms: number): RecentTimes {
  return [...times, ms].slice(-REMEMBERED);
}

/** What all but the slowest tenth of them took at most; 0 where nothing is known. */
export function slowTime(times: RecentTimes): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.floor(HIGH_QUANTILE * sorted.length)] ?? 0;
}
