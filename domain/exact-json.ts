import { visit } from 'jsonc-parser';
import { faultOfNumber } from './exact-number.ts';

/** A place of a JSON text that would be read as something else than what is written there. */
export interface LossyPlace {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

export type ExactJson =
  | { readonly kind: 'exact'; readonly value: unknown }
  | {
      readonly kind: 'lossy';
      readonly value: unknown;
      /** At least one, in the order of the text. */
      readonly places: readonly LossyPlace[];
      /** Whether there may be more of them than are named. */
      readonly isCut: boolean;
    }
  | { readonly kind: 'too_deep' };

// JSON.parse takes any depth, but JSON.stringify and all that recurs (digests, the engine's payloads) overflows the stack
// from some 2,500 levels on.
export const MAX_DEPTH = 200;

const MAX_PLACES = 1_000;
// Of a name in a path, since a thousand places may be below one name that is as long as the text.
const MAX_NAME_CHARACTERS = 300;

// All that can become 0: an exponent of two digits, or hundreds of zeros.
const MAY_VANISH = /\de-\d\d|0{300}/i;

/**
 * Parses JSON, and says where the value differs from the text: integers and numbers that a double can't hold, a field that is
 * given twice, and one named `__proto__`, which objects lose when they are copied. Only where the value or the number of names
 * makes one possible is the text looked through for them.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): ExactJson {
  const value: unknown = JSON.parse(text);
  const survey = surveyOf(value);
  if (survey.isTooDeep) return { kind: 'too_deep' };
  const isClean = !survey.isSuspicious && countNames(text) === survey.names && !(survey.hasZero && MAY_VANISH.test(text));
  if (isClean) return { kind: 'exact', value };
  const places = placesIn(text);
  if (places === null) return { kind: 'too_deep' };
  if (places.length === 0) return { kind: 'exact', value };
  return { kind: 'lossy', value, places: places.slice(0, MAX_PLACES), isCut: places.length > MAX_PLACES };
}

interface Survey {
  names: number;
  hasZero: boolean;
  isSuspicious: boolean;
  isTooDeep: boolean;
}

/** Level by level, since a recursive walk would overflow the stack itself. */
function surveyOf(root: unknown): Survey {
  const survey: Survey = { names: 0, hasZero: false, isSuspicious: false, isTooDeep: false };
  let level: object[] = [];
  look(root, survey, level);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return { ...survey, isTooDeep: true };
    const next: object[] = [];
    for (const container of level) lookInto(container, survey, next);
    level = next;
  }
  return survey;
}

function lookInto(container: object, survey: Survey, next: object[]): void {
  if (Array.isArray(container)) {
    for (const value of container) look(value, survey, next);
    return;
  }
  for (const name of Object.keys(container)) {
    survey.names += 1;
    if (name === '__proto__') survey.isSuspicious = true;
    look(container[name as keyof typeof container], survey, next);
  }
}

function look(value: unknown, survey: Survey, next: object[]): void {
  if (typeof value === 'object') {
    if (value !== null) next.push(value);
  } else if (typeof value === 'number') {
    if (value === 0) survey.hasZero = true;
    else if (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER) survey.isSuspicious = true;
  }
}

const QUOTE = 0x22;
const WHITESPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** How many names of fields a JSON text has, or more, where texts in it look like one. */
function countNames(text: string): number {
  let names = 0;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (WHITESPACE.has(text.charCodeAt(before))) before -= 1;
    if (text.charCodeAt(before) === QUOTE) names += 1;
  }
  return names;
}

/** One more than are to be named, if there are so many; null where the text is nested too deep to be looked through. */
function placesIn(text: string): readonly LossyPlace[] | null {
  try {
    return visitPlaces(text);
  } catch {
    // It is JSON, so that only the stack can be too short: the value that was given last under a name may be shallow, and hide the one
    // before it.
    return null;
  }
}

function visitPlaces(text: string): readonly LossyPlace[] {
  const places: LossyPlace[] = [];
  const names: Set<string>[] = [];

  function note(detail: string, pathOf: () => readonly (string | number)[], name: string | null): void {
    if (places.length > MAX_PLACES) return;
    const path = name === null ? pathOf() : [...pathOf(), name];
    places.push({ path: path.map((key) => (typeof key === 'string' ? key.slice(0, MAX_NAME_CHARACTERS) : key)), detail });
  }

  visit(text, {
    onObjectBegin: () => void names.push(new Set()),
    onObjectEnd: () => void names.pop(),
    onObjectProperty(name, _offset, _length, _line, _character, pathOf) {
      const known = names.at(-1);
      if (name === '__proto__') note('no field can have this name', pathOf, name);
      else if (known?.has(name)) note('the field is given twice', pathOf, name);
      known?.add(name);
    },
    onLiteralValue(value, offset, length, _line, _character, pathOf) {
      if (typeof value !== 'number') return;
      const detail = faultOfNumber(text.slice(offset, offset + length));
      if (detail !== null) note(detail, pathOf, null);
    },
  });
  return places;
}
