import { createHash } from 'node:crypto';
import { InvalidCursorError } from '../event-service.ts';

const CHECK_CHARACTERS = 8;

/** A place in a list as an opaque text, which ends with a checksum: a text that is none of ours is refused. */
export function toCursor(token: Uint8Array): string {
  return Buffer.from(token).toString('base64url') + checksum(token);
}

/** @throws InvalidCursorError */
export function fromCursor(cursor: string | undefined): Uint8Array {
  if (cursor === undefined) return new Uint8Array();
  const token = Buffer.from(cursor.slice(0, -CHECK_CHARACTERS), 'base64url');
  if (token.length === 0 || toCursor(token) !== cursor) throw new InvalidCursorError('the cursor is not one of ours');
  return token;
}

function checksum(token: Uint8Array): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, CHECK_CHARACTERS);
}
