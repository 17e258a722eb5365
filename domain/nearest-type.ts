import type { Catalog } from './catalog.ts';

// As long as a type's name may be.
const MAX_NAME_CHARACTERS = 128;

/** What is said of a type that a catalog lacks. */
export function unknownTypeDetail(catalog: Pick<Catalog, 'definitions'>, type: string): string {
  const nearest = nearestType(catalog, type);
  return `there is no event type "${type}"${nearest === undefined ? '' : `; the nearest is "${nearest}"`}`;
}

/**
 * The known type closest in spelling, for error messages. Undefined where none has two thirds of its letters: another word is no help, and
 * to look for it would take as long as a text is.
 */
export function nearestType({ definitions }: Pick<Catalog, 'definitions'>, wanted: string): string | undefined {
  if (wanted.length > MAX_NAME_CHARACTERS) return undefined;
  let best: string | undefined;
  let leastSoFar = Number.POSITIVE_INFINITY;
  for (const { type } of definitions) {
    const limit = Math.min(leastSoFar - 1, Math.max(type.length, wanted.length) / 3);
    const distance = distanceWithin(limit, wanted.toLowerCase(), type);
    if (distance === null) continue;
    best = type;
    leastSoFar = distance;
  }
  return best;
}

/** Levenshtein's distance, one row at a time; null as soon as it is above `limit`. */
function distanceWithin(limit: number, a: string, b: string): number | null {
  if (Math.abs(a.length - b.length) > limit) return null;
  const letters = b.split('');
  let row = letters.map((_, column) => column + 1);
  let distance = letters.length;
  for (const [done, letter] of a.split('').entries()) {
    let diagonal = done;
    let least = done + 1;
    distance = done + 1;
    row = row.map((above, column) => {
      const substituted = diagonal + (letter === letters[column] ? 0 : 1);
      diagonal = above;
      distance = Math.min(substituted, above + 1, distance + 1);
      least = Math.min(least, distance);
      return distance;
    });
    if (least > limit) return null;
  }
  return distance > limit ? null : distance;
}
