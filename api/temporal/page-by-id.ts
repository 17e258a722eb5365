import { InvalidCursorError } from '../event-service.ts';
import { fromCursor, toCursor } from './cursor.ts';

export interface PageByIdRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Comes before all others, if it is given. */
  readonly first?: string;
}

// Tells such a cursor from those of other lists.
const MARK = 'after ';

/**
 * A page of ids that are in order: of things that are listed by name, since when they began changes as they go on.
 * @throws InvalidCursorError
 */
export function pageById(ids: readonly string[], { limit, cursor, first }: PageByIdRequest) {
  const after = cursor === undefined ? '' : toName(fromCursor(cursor));
  const begins = cursor === undefined && first !== undefined ? [first] : [];
  const left = [...begins, ...ids.filter((id) => id !== first && id > after)];
  const shown = left.slice(0, limit);
  const last = shown.at(-1);
  return { shown, nextCursor: left.length > limit ? toCursor(Buffer.from(MARK + (last === first ? '' : last))) : null };
}

function toName(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  if (!text.startsWith(MARK)) throw new InvalidCursorError('the cursor is not one of ours');
  return text.slice(MARK.length);
}
