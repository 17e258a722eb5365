export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The nearest-rank quantiles of a sample. */
export function quantiles(sample: readonly number[]): Quantiles {
  const sorted = sample.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
}

export function median(sample: readonly number[]): number {
  return quantiles(sample).p50;
}
