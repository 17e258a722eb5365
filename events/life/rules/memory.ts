import type { FeedbackRecord } from './feedback-record.ts';

/** One entry of life.md, section 7. */
export interface MemoryEntry {
  /** An event's type, or `action` or `feedback`: these two have significance 0. */
  readonly eventType: string;
  /** 0–1. */
  readonly significance: number;
  readonly timestampMs: number;
  /** 1 when new; forgetting lowers it. */
  readonly weight: number;
  readonly subjectiveTimestampSeconds: number;
  readonly feedbackData?: FeedbackRecord;
}

const memoryLimit = 50;
const lowestKeptWeight = 0.1;
const msPerDay = 86_400_000;

/** Appends an entry, then drops what is nearly forgotten and evicts down to 50 entries. */
export function remember(memory: readonly MemoryEntry[], entry: MemoryEntry): readonly MemoryEntry[] {
  const kept = [...memory, entry].filter(({ weight }) => weight >= lowestKeptWeight);
  return evictLightest(kept);
}

/** One round of forgetting; due every 10 ticks. It drops nothing: only an append does. */
export function forgetMemories(memory: readonly MemoryEntry[], nowMs: number): readonly MemoryEntry[] {
  return memory.map((entry) => ({
    ...entry,
    weight: entry.weight * 0.99 * (1 / (1 + ageInDays(entry, nowMs))) * (0.5 + 0.5 * entry.significance),
  }));
}

const ticksBetweenForgetting = 10;

export function isForgettingDue(ticks: number): boolean {
  return ticks > 0 && ticks % ticksBetweenForgetting === 0;
}

/** The tick of the next round of forgetting. */
export function nextForgettingTick(ticks: number): number {
  return (Math.floor(ticks / ticksBetweenForgetting) + 1) * ticksBetweenForgetting;
}

/** Lowest weight first, oldest first among equals, first appended first among those. The order of the rest stays. */
function evictLightest(memory: readonly MemoryEntry[]): readonly MemoryEntry[] {
  if (memory.length <= memoryLimit) return memory;
  // Mostly one is too many: to look for it takes a tenth of what sorting does.
  const lightest = memory.reduce((found, entry) => (isLighter(entry, found) ? entry : found));
  return evictLightest(memory.toSpliced(memory.indexOf(lightest), 1));
}

function isLighter(entry: MemoryEntry, other: MemoryEntry): boolean {
  return entry.weight === other.weight ? entry.timestampMs < other.timestampMs : entry.weight < other.weight;
}

/** A timestamp ahead of the clock counts as new: a negative age would raise the weight, or divide by zero. */
function ageInDays(entry: MemoryEntry, nowMs: number): number {
  return Math.max(0, nowMs - entry.timestampMs) / msPerDay;
}
