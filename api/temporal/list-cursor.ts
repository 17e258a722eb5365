import { z } from 'zod';
import { InvalidCursorError } from '../event-service.ts';
import { fromCursor, toCursor } from './cursor.ts';

/** Where a list of events goes on. */
export interface ListCursor {
  /** The engine's, of a page of workflows. */
  readonly token: Uint8Array;
  /** The first event to show of it, where a page of events ended within a page of workflows. */
  readonly at: { readonly runId: string; readonly index: number } | null;
}

const stored = z.object({ token: z.string(), at: z.object({ runId: z.string(), index: z.number() }).nullable() });

export function toListCursor({ token, at }: ListCursor): string {
  const place = at && { runId: at.runId, index: at.index };
  return toCursor(Buffer.from(JSON.stringify({ token: Buffer.from(token).toString('base64url'), at: place })));
}

/** @throws InvalidCursorError */
export function fromListCursor(cursor: string | undefined): ListCursor {
  if (cursor === undefined) return { token: new Uint8Array(), at: null };
  const parsed = stored.safeParse(toJson(fromCursor(cursor)));
  if (!parsed.success) throw new InvalidCursorError('the cursor is not one of ours');
  return { token: Buffer.from(parsed.data.token, 'base64url'), at: parsed.data.at };
}

function toJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    // Of another list.
    return null;
  }
}
