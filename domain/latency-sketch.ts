/**
 * How many durations fell in which bucket, so that those of several processes and minutes can be added up. Buckets are logarithmic, as
 * in DDSketch (Masson, Rim, Lee: VLDB 2019): a quantile is at most a tenth off.
 */
export type LatencySketch = Readonly<Record<string, number>>;

// Each bucket reaches from one power to the next.
const GROWTH = 1.2;
// No bucket is beyond a month, so that there are no more than 120.
const LONGEST_MS = 30 * 86_400_000;

export function addLatency(sketch: LatencySketch, ms: number): LatencySketch {
  return addSketches(sketch, { [bucketOf(ms)]: 1 });
}

export function addSketches(one: LatencySketch, other: LatencySketch): LatencySketch {
  const sum: Record<string, number> = { ...one };
  for (const [bucket, count] of Object.entries(other)) sum[bucket] = (sum[bucket] ?? 0) + count;
  return sum;
}

/** The duration in milliseconds that this share of all is at or below, 0 to 1; null where there are none. */
export function quantileOf(sketch: LatencySketch, share: number): number | null {
  const buckets = Object.entries(sketch)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .toSorted((one, other) => one.bucket - other.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  for (const { bucket, count } of buckets) {
    below += count;
    if (below >= share * total) return middleOf(bucket);
  }
  return null;
}

function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.ceil(Math.log(Math.min(ms, LONGEST_MS)) / Math.log(GROWTH));
}

/** From which both ends of the bucket are equally far, in proportion. */
function middleOf(bucket: number): number {
  return bucket === 0 ? 1 : Math.round((2 * GROWTH ** bucket) / (GROWTH + 1));
}
