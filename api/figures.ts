import { LRUCache } from 'lru-cache';
import type { Figures } from '../domain/stats-resource.ts';

/** @param tenant whose events and destinations are counted; null for all @throws EngineUnavailableError */
export type ReadFigures = (tenant: string | null) => Promise<Figures>;

const KEPT_MS = 10_000;
const MAX_TENANTS = 1_000;

/** Reads figures at most every 10 s a tenant, however many ask; what failed is read again by the next who asks. */
export function keepFigures(read: ReadFigures, now: () => number): ReadFigures {
  const kept = new LRUCache<string, { readonly atMs: number; readonly figures: Promise<Figures> }>({ max: MAX_TENANTS });

  return (tenant) => {
    // No tenant's name is empty.
    const key = tenant ?? '';
    const before = kept.get(key);
    if (before !== undefined && now() - before.atMs < KEPT_MS) return before.figures;
    const figures = read(tenant);
    kept.set(key, { atMs: now(), figures });
    figures.catch(() => kept.delete(key));
    return figures;
  };
}
