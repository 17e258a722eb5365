import { createHash } from 'node:crypto';
import type { ZodType } from 'zod';
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

/** The same of a place that is an object. */
export function toJsonCursor(place: object): string {
  return toCursor(Buffer.from(JSON.stringify(place)));
}

/** @throws InvalidCursorError also where it is of another list */
export function fromJsonCursor<Place>(cursor: string, schema: ZodType<Place>): Place {
  const parsed = schema.safeParse(toJson(fromCursor(cursor)));
  if (!parsed.success) throw new InvalidCursorError('the cursor is not one of ours');
  return parsed.data;
}

function toJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    // Of another list.
    return null;
  }
}

function checksum(token: Uint8Array): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, CHECK_CHARACTERS);
}
