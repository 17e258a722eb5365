import { hasEnded } from '../../../domain/event-resource.ts';
import type { EventSummary } from '../../../domain/event-summary.ts';
import type { EventFilter } from '../../service/event-filter.ts';

export interface KnownEvents {
  readonly filter: EventFilter;
  /** The first page as it was asked for last. */
  readonly newest: readonly EventSummary[];
  /** Those of all pages, as they were when each was asked for. */
  readonly pages: readonly EventSummary[];
  /** As the stream has told of them since, by id. */
  readonly ended: ReadonlyMap<string, EventSummary>;
}

/** What is shown of them: each event once, as it is known last, newest first. */
export function mergeEvents({ filter, newest, pages, ended }: KnownEvents): readonly EventSummary[] {
  const byId = new Map<string, EventSummary>();
  for (const event of [...pages, ...newest]) byId.set(event.id, latest(event, ended.get(event.id)));
  const isForOpenOnes = filter.status !== undefined && !hasEnded({ status: filter.status });
  return [...byId.values()]
    .filter((event) => !(isForOpenOnes && hasEnded(event)))
    .sort((a, b) => (a.acceptedAt < b.acceptedAt ? 1 : a.acceptedAt > b.acceptedAt ? -1 : 0));
}

function latest(listed: EventSummary, told: EventSummary | undefined): EventSummary {
  if (told === undefined || told.run < listed.run) return listed;
  // A list may know of a callback what the stream had yet to come.
  return hasEnded(listed) && told.run === listed.run ? listed : told;
}

/** Whether there may be events between the first page and those that were asked for before: more have come than it holds. */
export function hasGap(newest: readonly EventSummary[], pages: readonly EventSummary[], isFull: boolean): boolean {
  if (!isFull || pages.length === 0) return false;
  const known = new Set(pages.map(({ id }) => id));
  return !newest.some(({ id }) => known.has(id));
}
