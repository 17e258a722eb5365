export interface Trend {
  /** Of y for each unit of x. */
  readonly slope: number;
  readonly standardError: number;
}

/** The line of least squares through at least three points. */
export function trend(points: readonly { readonly x: number; readonly y: number }[]): Trend {
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const residuals = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, standardError: Math.sqrt(residuals / (points.length - 2) / spread) };
}
