import type { MemoryEntry } from './memory.ts';

/** What memory says about one type of event (life.md, section 5.1). */
export interface Recollection {
  /** The spec's wavg; 0 without entries. */
  readonly weightedSignificance: number;
  /** The spec's max; 0 without entries. */
  readonly largestSignificance: number;
  readonly isConcentrated: boolean;
}

/** `timeRatio`: subjective time by age. The faster time feels, the more entries count. */
export function recall(memory: readonly MemoryEntry[], eventType: string, timeRatio: number): Recollection {
  const entries = memory
    .filter((entry) => entry.eventType === eventType)
    .toSorted((a, b) => b.significance - a.significance)
    .slice(0, entriesToKeep(timeRatio));

  const weightedSignificance = averageSignificance(entries);
  return {
    weightedSignificance,
    largestSignificance: entries[0]?.significance ?? 0,
    isConcentrated: weightedSignificance >= 0.6 && areHalfSignificant(entries),
  };
}

function entriesToKeep(timeRatio: number): number {
  if (timeRatio >= 1.1) return 5;
  if (timeRatio <= 0.9) return 2;
  return 3;
}

function averageSignificance(entries: readonly MemoryEntry[]): number {
  if (entries.length === 0) return 0;
  const totalWeight = sum(entries, (entry) => entry.weight);
  if (totalWeight === 0) return sum(entries, (entry) => entry.significance) / entries.length;
  return sum(entries, (entry) => entry.significance * entry.weight) / totalWeight;
}

/** True for no entries as well; their average of 0 already denies the concentration. */
function areHalfSignificant(entries: readonly MemoryEntry[]): boolean {
  const significant = entries.filter((entry) => entry.significance > 0.7);
  return significant.length * 2 >= entries.length;
}

function sum(entries: readonly MemoryEntry[], value: (entry: MemoryEntry) => number): number {
  return entries.reduce((total, entry) => total + value(entry), 0);
}
