import { LRUCache } from 'lru-cache';
import type { Tier } from '../domain/tier.ts';

/** How things stand in the whole cluster at a moment. */
export interface Figures {
  /** Events, items among them, that wait for a permit of a limit that the configuration names. */
  readonly backlog: Readonly<Record<Tier, number>>;
  /** Events that are accepted and have no verdict, but those that wait for a permit; events that share a workflow are one. */
  readonly running: Readonly<Record<Tier, number>>;
  /** By the key of the limit. Keys that are made from events are not among them. */
  readonly permits: Readonly<Record<string, PermitFigures>>;
  /** Destinations of callbacks, by the state of their circuit breakers; well ones have none. */
  readonly destinations: { readonly open: number; readonly half_open: number };
}

export interface PermitFigures {
  readonly capacity: number;
  readonly held: number;
  readonly waiting: number;
}

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
