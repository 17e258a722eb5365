import { cutText } from './cut-text.ts';
import { toPointer } from './json-pointer.ts';

/** One field that has another value than before, as a reader is told of it. */
export interface LeafChange {
  /** RFC 6901. */
  readonly pointer: string;
  /** Of a text its beginning, of a list how long it is, null for null; absent where there was none. */
  readonly before?: Leaf;
  readonly after?: Leaf;
}

export type Leaf = string | number | boolean | null;

// Of one change of a state; nobody reads more, and a state may have thousands.
const MOST_CHANGES = 100;
const MOST_CHARACTERS = 200;

/** What differs between two JSON values, field by field in the order of the newer one; lists are compared as wholes. */
export function leafChanges(before: unknown, after: unknown): readonly LeafChange[] {
  // A state of null is none.
  return differences(before ?? undefined, after ?? undefined, []).slice(0, MOST_CHANGES);
}

function differences(before: unknown, after: unknown, path: readonly string[]): readonly LeafChange[] {
  if (before === after) return [];
  if (!isFields(before) && !isFields(after)) return change(before, after, path);
  const [old, now] = [isFields(before) ? before : {}, isFields(after) ? after : {}];
  const names = [...new Set([...Object.keys(now), ...Object.keys(old)])];
  const within = names.flatMap((name) => differences(own(old, name), own(now, name), [...path, name]));
  // Where a value has become fields, or fields a value, both are told.
  return [...change(isFields(before) ? undefined : before, isFields(after) ? undefined : after, path), ...within];
}

function change(before: unknown, after: unknown, path: readonly string[]): readonly LeafChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const sides = { ...(before !== undefined && { before: toLeaf(before) }), ...(after !== undefined && { after: toLeaf(after) }) };
  return [{ pointer: toPointer(path), ...sides }];
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name of an object's prototype is a field like any other. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function toLeaf(value: unknown): Leaf {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'string' ? cutText(value, MOST_CHARACTERS) : (value as Leaf);
}
