import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { HASH_CHARACTERS } from '../domain/subject.ts';
import type { SubjectLetter } from '../domain/subject.ts';
import { letterHash } from '../temporal/letter-hash.ts';

/** A letter that a worker writes to a subject: known by `name`, whatever its content. */
export function subjectLetter(event: AcceptedEvent, name: string): SubjectLetter {
  return { event, idHash: letterHash(name), contentHash: '-'.repeat(HASH_CHARACTERS) };
}
