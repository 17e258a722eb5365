import { setTimeout as pause } from 'node:timers/promises';
import type { Tier } from '../domain/tier.ts';

/**
 * An open loop: starts `once` so many times a second, whatever became of those before, and resolves when all have ended.
 * What is measured from `dueMs`, in `performance.now()`'s milliseconds, has no coordinated omission: a client that was
 * held up, by the service or by itself, counts that too.
 */
export async function atRate<T>(
  perSecond: number,
  count: number,
  once: (index: number, dueMs: number) => Promise<T>,
): Promise<readonly T[]> {
  const startedAt = performance.now();
  const all: Promise<T>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueMs = startedAt + (index * 1_000) / perSecond;
    const inMs = dueMs - performance.now();
    if (inMs > 0) await pause(inMs);
    all.push(once(index, dueMs));
  }
  return Promise.all(all);
}

export type Shares = Readonly<Partial<Record<Tier, number>>>;

export const MIXED: Shares = { critical: 0.1, high: 0.2, normal: 0.4, low: 0.3 };

/** Gives tiers in turn, each as often as its share says, as evenly as can be. */
export function takeTurns(shares: Shares): () => Tier {
  const tiers = Object.entries(shares) as readonly (readonly [Tier, number])[];
  const owed = new Map<Tier, number>();
  return () => {
    for (const [tier, share] of tiers) owed.set(tier, (owed.get(tier) ?? 0) + share);
    const [tier] = [...owed].toSorted((a, b) => b[1] - a[1])[0] ?? ['normal' as const];
    owed.set(tier, (owed.get(tier) ?? 0) - 1);
    return tier;
  };
}
