import type { AcceptedEvent } from '../domain/accepted-event.ts';

// The engine refuses 2 MiB; numbers such as 1e20 grow when they are written out.
const MAX_BYTES = 1_500_000;
// Several come at once, and a subject carries the last ones along.
const MAX_BYTES_OF_SUBJECT = 256 * 1024;

/** How many bytes an event may have, written out as the engine keeps it. */
export function maxEventBytes({ plan }: Pick<AcceptedEvent, 'plan'>): number {
  return plan.subjectType === undefined ? MAX_BYTES : MAX_BYTES_OF_SUBJECT;
}
