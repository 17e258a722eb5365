import type { Due, Port } from '../advance-port.ts';

const UNREACHED = { ms: Number.MAX_SAFE_INTEGER, bytes: null } as const;

/** Some of the runs that are due, by their places among them. */
export function toDue(due: Due, indexes: readonly number[]): Due {
  const runs = indexes.flatMap((index) => due.runs[index] ?? []);
  // Bounds also say that results are to be small, as those that are recorded with others': they stay so where one is tried by itself.
  return { ...due, runs, bounds: due.bounds ?? (due.runs.length > 1 ? UNREACHED : null) };
}

/** What is told of them, under the places that they have among all. */
export function portOf({ tell, begun, signal }: Port, indexes: readonly number[]): Port {
  return { signal, ...(begun && { begun }), tell: (told) => tell({ ...told, index: indexes[told.index] ?? told.index }) };
}
