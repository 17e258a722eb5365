const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** As a reader says it, in at most two units: `12 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND_MS) return `${whole} ms`;
  // What would be rounded to 60.0 s is a minute.
  if (whole < MINUTE_MS - 50) return `${(whole / SECOND_MS).toFixed(whole < 10 * SECOND_MS ? 1 : 0).replace(/\.0$/, '')} s`;
  const seconds = Math.round(whole / SECOND_MS) * SECOND_MS;
  if (seconds < HOUR_MS) return pair(seconds, MINUTE_MS, 'min', SECOND_MS, 's');
  if (seconds < DAY_MS) return pair(seconds, HOUR_MS, 'h', MINUTE_MS, 'min');
  return pair(seconds, DAY_MS, 'd', HOUR_MS, 'h');
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}
