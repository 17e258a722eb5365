/** At most how many bytes a value has as JSON; throws what JSON.stringify throws. */
export type BoundJson = (value: unknown) => number;

// -1.2345678901234567e-308
const NUMBER_BYTES = 25;
/**
 * Bounds values that have most of their parts in common, such as a state after each of many events: numbers and
 * texts aren't written out, and a part that was bounded before isn't looked into again. Nothing may be changed once it was.
 */
export function createJsonBound(): BoundJson {
  const known = new WeakMap<object, number>();

  function bound(value: unknown): number {
    if (typeof value === 'number') return NUMBER_BYTES;
    if (typeof value === 'string') return boundText(value);
    if (!isPlain(value)) return boundAsWritten(value);
    const before = known.get(value);
    if (before !== undefined) return before;
    const bytes = Array.isArray(value) ? boundList(value) : boundFields(value);
    known.set(value, bytes);
    return bytes;
  }

  // By index, since each entry of an iteration is an object, and a state has hundreds.
  function boundList(list: readonly unknown[]): number {
    let bytes = 2;
    for (let index = 0; index < list.length; index += 1) bytes += bound(list[index]) + 1;
    return bytes;
  }

  function boundFields(value: object): number {
    let bytes = 2;
    for (const name of Object.keys(value)) bytes += boundText(name) + bound(value[name as keyof typeof value]) + 2;
    return bytes;
  }

  return bound;
}

/** Of whatever this process is handed: what one place has bounded another needn't. */
export const boundJson = createJsonBound();

function boundText(text: string): number {
  let bytes = 2;
  for (let index = 0; index < text.length; index += 1) bytes += boundUnit(text.charCodeAt(index));
  return bytes;
}

/** A UTF-16 unit: half of a pair is written as `\ud800` where the other half is missing. */
function boundUnit(unit: number): number {
  if (unit < 0x20 || (unit >= 0xd800 && unit <= 0xdfff)) return 6;
  if (unit < 0x80) return unit === 0x22 || unit === 0x5c ? 2 : 1;
  return unit < 0x800 ? 2 : 3;
}

function boundAsWritten(value: unknown): number {
  return boundText(JSON.stringify(value) ?? 'null');
}

/** Whatever writes itself out in a way of its own, as a Date does, isn't looked into. */
function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('toJSON' in value);
}
