import { createHash } from 'node:crypto';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import { HASH_CHARACTERS } from '../domain/subject.ts';
import type { SubjectLetter } from '../domain/subject.ts';

/** A letter that a worker writes to a subject: known by `name`, whatever its content. */
export function subjectLetter(event: AcceptedEvent, name: string): SubjectLetter {
  const idHash = createHash('sha256').update(name).digest('base64url').slice(0, HASH_CHARACTERS);
  return { event, idHash, contentHash: '-'.repeat(HASH_CHARACTERS) };
}
