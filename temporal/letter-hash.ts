import { createHash } from 'node:crypto';
import { HASH_CHARACTERS } from '../domain/subject.ts';

/** By which a subject knows a letter that comes again, whoever writes it: 64 bits of a digest, as base64url. */
export function letterHash(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, HASH_CHARACTERS);
}
