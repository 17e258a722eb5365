import { LRUCache } from 'lru-cache';
import type { EventSummary } from '../../domain/event-summary.ts';
import type { ListedWorkflow } from '../../temporal/list-workflows.ts';
import type { EventFilter } from '../event-service.ts';
import type { Page } from '../page.ts';
import type { KnownRuns } from './find-by-ids.ts';

/** A page and what it was made of. */
export interface MadePage {
  readonly page: Page<EventSummary>;
  /** All workflows whose events may stand on it. */
  readonly workflows: readonly ListedWorkflow[];
  /** Those that say whether and how some of its events are shown there. */
  readonly lookUp: ReadonlySet<string>;
  readonly known: KnownRuns;
}

export interface SettledPagesOptions {
  /** @throws EngineUnavailableError */
  readonly findByIds: (workflowIds: ReadonlySet<string>) => Promise<KnownRuns>;
  readonly now: () => number;
}

interface Settled {
  readonly page: Page<EventSummary>;
  readonly lookUp: ReadonlySet<string>;
  /** What `lookUp` has found. */
  readonly found: string;
}

// The index lags: what began before the page's first event may have come to it later. On clusters by seconds.
const INDEX_LAG_MS = 30_000;
// The engine removes what is older than its retention, which is days.
const KEPT_MS = 600_000;
// Of 1 KB each, about.
const MAX_EVENTS = 25_000;

/**
 * Pages of events that have all ended, which stay as they are: those who read old pages at the same time cost the engine next to
 * nothing. Each process keeps its own, for ten minutes.
 */
export function createSettledPages({ findByIds, now }: SettledPagesOptions) {
  const pages = new LRUCache<string, Settled>({ maxSize: MAX_EVENTS, sizeCalculation: ({ page }) => page.items.length + 1, ttl: KEPT_MS });

  return {
    /** @throws EngineUnavailableError where it has to be asked whether something of the page was replayed */
    async find(filter: EventFilter): Promise<Page<EventSummary> | null> {
      const settled = pages.get(keyOf(filter));
      if (settled === undefined) return null;
      return fingerprint(settled.lookUp, await findByIds(settled.lookUp)) === settled.found ? settled.page : null;
    },

    /** @param toMs when the events of the page had begun; null for a first page, to which more may come */
    keep(filter: EventFilter, toMs: number | null, { page, workflows, lookUp, known }: MadePage): void {
      // With a status, one that is open and not shown may end as what belongs on the page.
      if (toMs === null || toMs > now() - INDEX_LAG_MS || filter.status !== undefined) return;
      const all = [...workflows, ...[...known.values()].flat()];
      if (all.every(({ end }) => end !== null)) pages.set(keyOf(filter), { page, lookUp, found: fingerprint(lookUp, known) });
    },
  };
}

function keyOf(filter: EventFilter): string {
  return JSON.stringify(filter);
}

function fingerprint(lookUp: ReadonlySet<string>, known: KnownRuns): string {
  return JSON.stringify([...lookUp].map((id) => known.get(id)?.map(({ runId, end }) => [runId, end?.kind])));
}
