import { z } from 'zod';
import type { Place } from '../../domain/newest.ts';
import { fromJsonCursor, toJsonCursor } from './cursor.ts';

/** Where a list of events goes on. */
export interface ListPlace extends Place {
  /** The event to go on with, where a page of events ended within a workflow that has several. */
  readonly index: number | null;
  /** How long a time the page before was about, in microseconds; absent where it showed too little to say. */
  readonly spanUs?: number | undefined;
}

const stored = z.strictObject({
  startedAtUs: z.int().min(0),
  runId: z.string(),
  isShown: z.boolean(),
  index: z.int().min(0).nullable(),
  spanUs: z.int().min(1).optional(),
});

/** A cursor says where the list goes on in what never changes, so that it holds whatever starts and ends meanwhile. */
export function toListCursor({ startedAtUs, runId, isShown }: Place, index: number | null = null, spanUs?: number): string {
  return toJsonCursor({ startedAtUs, runId, isShown, index, spanUs });
}

/** @throws InvalidCursorError */
export function fromListCursor(cursor: string | undefined): ListPlace | null {
  if (cursor === undefined) return null;
  return fromJsonCursor(cursor, stored);
}
