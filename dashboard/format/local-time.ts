/** As an input of the type `datetime-local` wants it: in the reader's zone, to the minute. */
export function toLocalTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
