/** A time as it is shown: ISO 8601, UTC, with milliseconds. */
export function toIso(atMs: number): string {
  return new Date(atMs).toISOString();
}
