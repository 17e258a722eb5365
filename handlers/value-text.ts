/** What people are shown of a value that may be anything: as JSON where it has that. Never throws. */
export function valueText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value === 'bigint' ? `${value}` : `a value that is not JSON (${typeof value})`;
  }
}
