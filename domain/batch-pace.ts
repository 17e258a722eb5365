/** How many items had ended at a moment. */
export interface PaceSample {
  readonly atMs: number;
  readonly ended: number;
}

const WINDOW_MS = 30_000;
// Two a second at most: enough for a window of 30 s, and a batch may end thousands of items in one.
const SAMPLE_EVERY_MS = 500;

/** The samples of the last 30 s, and the one before them. */
export function notePace(samples: readonly PaceSample[], sample: PaceSample): readonly PaceSample[] {
  const last = samples.at(-1);
  if (last !== undefined && samples.length > 1 && sample.atMs - last.atMs < SAMPLE_EVERY_MS) return samples;
  const first = samples.findLastIndex(({ atMs }) => atMs <= sample.atMs - WINDOW_MS);
  return [...samples.slice(Math.max(0, first)), sample];
}

/** Items ended per second over the last 30 s, or since the beginning; null before there is anything to go by. */
export function ratePerSecond(samples: readonly PaceSample[], now: PaceSample): number | null {
  const since = samples.findLast(({ atMs }) => atMs <= now.atMs - WINDOW_MS) ?? samples[0];
  if (since === undefined || now.atMs <= since.atMs) return null;
  return Math.max(0, ((now.ended - since.ended) * 1_000) / (now.atMs - since.atMs));
}
