import type { Batch, CancelledItems } from './batch.ts';
import { offsetsOf } from './batch-page.ts';
import { toRanges } from './offsets.ts';

/** The items that a change of their batch has cancelled. Pages that stay the same object are not looked into. */
export function newlyCancelled(before: Batch, after: Batch): readonly CancelledItems[] {
  return after.pages.flatMap((page, number) => {
    const last = before.pages[number];
    if (page === last || last === undefined) return [];
    const offsets = offsetsOf('x', page).filter((offset) => last.marks[offset] !== 'x');
    return offsets.length === 0 ? [] : [{ page: number, ranges: toRanges(offsets) }];
  });
}
