const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** The zone that all times are shown in: the reader's. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The time alone where it is today. */
export function formatMoment(at: Date, now: Date): string {
  return (at.toDateString() === now.toDateString() ? time : dayAndTime).format(at);
}

/** Nothing left out, the zone neither. */
export function formatFullMoment(at: Date): string {
  return full.format(at);
}
