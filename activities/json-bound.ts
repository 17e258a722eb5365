/** At most how many bytes a value has as JSON; throws what JSON.stringify throws. */
export type BoundJson = (value: unknown) => number;

// -1.2345678901234567e-308
const NUMBER_BYTES = 24;

/**
 * Bounds values that have most of their parts in common, such as a state after each of many events: numbers aren't written
 * out, and a part that was bounded before isn't looked into again. Nothing may be changed once it was.
 */
export function createJsonBound(): BoundJson {
  const known = new WeakMap<object, number>();

  function bound(value: unknown): number {
    if (typeof value === 'number') return NUMBER_BYTES;
    if (!isPlain(value)) return Buffer.byteLength(JSON.stringify(value) ?? 'null');
    const before = known.get(value);
    if (before !== undefined) return before;
    let bytes = 2;
    if (Array.isArray(value)) for (const entry of value) bytes += bound(entry) + 1;
    else for (const [name, part] of Object.entries(value)) bytes += Buffer.byteLength(JSON.stringify(name)) + bound(part) + 2;
    known.set(value, bytes);
    return bytes;
  }

  return bound;
}

/** Whatever writes itself out in a way of its own, as a Date does, isn't looked into. */
function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !('toJSON' in value);
}
