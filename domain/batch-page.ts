import { wayAt } from './item-kind.ts';
import { rangesInclude } from './offsets.ts';

/** An item's state as one character, its mark: pending, running, completed, failed, cancelled (`x`). */
export type Mark = 'p' | 'r' | 'c' | 'f' | 'x';
export type EndMark = Exclude<Mark, 'p' | 'r'>;

/** What a batch knows of a page of its items. */
export interface BatchPage {
  /** One per item. */
  readonly marks: string;
  /** An `ItemKind` per item, or one for all; null until the page was read, where it has several. */
  readonly kinds: string | null;
  /** The ranges of each unit that was started, in order: the last one that includes an item is the item's last run. */
  readonly units: readonly string[];
  /** Present where any of its items is to be called back. */
  readonly calls?: true;
}

/** Where an item is: its page, and its place there; null when the batch has no such item. */
export function locate(sizes: readonly number[], index: number): { readonly page: number; readonly offset: number } | null {
  let offset = index;
  for (const [page, size] of sizes.entries()) {
    if (offset < size) return offset >= 0 ? { page, offset } : null;
    offset -= size;
  }
  return null;
}

/** Which of a page's units ran an item last, and how many have run it; null before its first. */
export function lastUnitOf({ units }: BatchPage, offset: number): { readonly number: number; readonly runs: number } | null {
  const of = units.flatMap((ranges, number) => (rangesInclude(ranges, offset) ? [number] : []));
  const number = of.at(-1);
  return number === undefined ? null : { number, runs: of.length };
}

/** Whether the page has an item to which a turn may come without its being read again. */
export function hasTurn(page: BatchPage, isInOrder: boolean): boolean {
  const { kinds } = page;
  const pending = offsetsOf('p', page);
  return pending.length > 0 && (isInOrder || kinds === null || pending.some((offset) => !wayAt(kinds, offset).isDelayed));
}

export function withMarks({ marks }: BatchPage, offsets: readonly number[], markAt: (index: number) => Mark): string {
  const changed = marks.split('');
  for (const [index, offset] of offsets.entries()) changed[offset] = markAt(index);
  return changed.join('');
}

/** The places of a page that have a mark. */
export function offsetsOf(mark: Mark, { marks }: BatchPage): readonly number[] {
  return marks.split('').flatMap((one, offset) => (one === mark ? [offset] : []));
}
