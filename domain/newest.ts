/** What has a place in a list that is ordered by when things began: neither of the two ever changes. */
export interface Begun {
  /** In microseconds. */
  readonly startedAtUs: number;
  /** Tells those apart that began in the same microsecond. */
  readonly runId: string;
}

/** A place in such a list: what comes after it, or from it on. */
export interface Place extends Begun {
  readonly isShown: boolean;
}

export interface Newest<T> {
  readonly shown: readonly T[];
  /** Where the list goes on; null at its end. */
  readonly next: Place | null;
}

/** Those that began last come first. */
export function byNewest(one: Begun, other: Begun): number {
  if (one.startedAtUs !== other.startedAtUs) return other.startedAtUs - one.startedAtUs;
  return one.runId === other.runId ? 0 : one.runId < other.runId ? 1 : -1;
}

/** Whether something is still to be shown to those who have read a list as far as a place. */
export function isAfter(begun: Begun, place: Place | null): boolean {
  if (place === null) return true;
  const order = byNewest(place, begun);
  return order < 0 || (order === 0 && !place.isShown);
}

/**
 * The earliest beginning that the next `count` of a list, and one more, can have, judged by some of them: there are as many at
 * least, so that what began earlier need not be read. Null where there are too few to say.
 */
export function earliestNeeded(some: readonly Begun[], count: number): number | null {
  return some.toSorted(byNewest)[count]?.startedAtUs ?? null;
}

const WIDER = 4;

/** An earlier beginning than a guess that was too late; null, for all there is, where nothing says how much earlier. */
export function widened(guessUs: number | null, place: Begun | null): number | null {
  if (guessUs === null || place === null) return null;
  return Math.max(0, place.startedAtUs - WIDER * Math.max(1, place.startedAtUs - guessUs));
}

const MARGIN = 1.5;

/** A beginning since which there are likely to be as many before a place as a page has shown that ended there. */
export function guessBefore({ startedAtUs }: Begun, spanUs: number): number {
  return Math.max(0, startedAtUs - Math.ceil(spanUs * MARGIN));
}

/**
 * The next of a list.
 * @param found all that began at `fromUs` or later and are still to be shown; null stands for all that are
 */
export function toNewest<T extends Begun>(
  found: readonly T[],
  { count, fromUs }: { readonly count: number; readonly fromUs: number | null },
): Newest<T> {
  const shown = found.toSorted(byNewest).slice(0, count);
  const last = shown.at(-1);
  if (last !== undefined && found.length > shown.length) return { shown, next: placeAfter(last) };
  // What was counted on is gone meanwhile: the list goes on with what began earlier. No run's id is empty.
  return { shown, next: fromUs === null ? null : { startedAtUs: fromUs, runId: '', isShown: true } };
}

export function placeAfter({ startedAtUs, runId }: Begun): Place {
  return { startedAtUs, runId, isShown: true };
}
