import type { SubjectChange } from '../../../client/resource-types.ts';

export interface Numbers {
  /** In order. */
  readonly versions: readonly number[];
  /** By a field's pointer what it was at each of these versions; null before it was there. */
  readonly numbers: ReadonlyMap<string, readonly (number | null)[]>;
}

/** How each number of a subject went that has changed: it keeps its value until the next change. @param changes the newest first */
export function numbersOf(changes: readonly SubjectChange[]): Numbers {
  const inOrder = changes.toReversed();
  const numbers = new Map<string, (number | null)[]>();
  for (const [index, { changes: fields }] of inOrder.entries()) {
    for (const { pointer, before, after } of fields) {
      if (typeof after !== 'number') continue;
      const values = numbers.get(pointer) ?? [];
      fill(values, index, typeof before === 'number' ? before : null);
      values.push(after);
      numbers.set(pointer, values);
    }
  }
  for (const values of numbers.values()) fill(values, inOrder.length, null);
  return { versions: inOrder.map(({ version }) => version), numbers };
}

/** What isn't changed stays. @param first what it was before its first change */
function fill(values: (number | null)[], length: number, first: number | null): void {
  while (values.length < length) values.push(values.at(-1) ?? first);
}
