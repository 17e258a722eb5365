/** Ascending places in a page as text, `0-199` or `3,7-9`: short where most are neighbours, and every batch keeps many. */
export function toRanges(offsets: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const offset of offsets) {
    const open = ranges.at(-1);
    if (open !== undefined && offset === open.last + 1) open.last = offset;
    else ranges.push({ first: offset, last: offset });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

export function fromRanges(text: string): readonly number[] {
  return boundsOf(text).flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

export function rangesInclude(text: string, offset: number): boolean {
  return boundsOf(text).some(([first, last]) => first <= offset && offset <= last);
}

function boundsOf(text: string): readonly (readonly [number, number])[] {
  return text
    .split(',')
    .filter((range) => range !== '')
    .map((range) => {
      const [first, last = first] = range.split('-').map(Number) as [number, number?];
      return [first, last];
    });
}
