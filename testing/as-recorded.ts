/** A value as handlers of the service see it: it has crossed to their process as JSON, in which a date, for one, is a text. */
export function asRecorded<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null)) as T;
}
