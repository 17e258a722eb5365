import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Page, PageOptions } from '../../client/create-client.ts';
import type { EventResource, EventStatus } from '../../domain/event-resource.ts';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventFilter } from './event-filter.ts';
import { client, readExamples, readReadiness } from './client.ts';
import { dev } from './dev.ts';

// How often is asked for what no stream tells of.
const SOON_MS = 2_000;
const NOW_AND_THEN_MS = 8_000;
// The service counts them every ten seconds.
const DEAD_LETTERS_MS = 10_000;
// As many as one request may run again.
const MOST_AT_ONCE = 10_000;
const MINUTE_MS = 60_000;

// Each is shown by the type's own function.
const MOST_CHANGES = 100;
const PAGE_SIZE = 50;
// As the service gives at most.
const MOST_LISTED = 200;
// Asked for again and again.
const NEWEST = 20;

/** What the pages ask for. Keys begin with what it is about, by which it is asked for again. */
export const queries = {
  stats: (minutes: number) =>
    queryOptions({ queryKey: ['stats', minutes], queryFn: () => client.stats({ minutes }), refetchInterval: NOW_AND_THEN_MS }),
  limits: () => pages(['limits'], client.limits.list),
  destinations: () => pages(['destinations'], client.destinations.list),
  readiness: () => queryOptions({ queryKey: ['readiness'], queryFn: readReadiness, refetchInterval: 2 * NOW_AND_THEN_MS }),

  /** The first page again and again, for what is new. */
  newestEvents: (filter: EventFilter) =>
    queryOptions({
      queryKey: ['events', 'newest', filter],
      queryFn: () => client.events.list({ ...filter, limit: NEWEST }),
      // For what comes: what ends is told by the stream at once.
      refetchInterval: 2 * SOON_MS,
    }),
  /** Page after page, as they are asked for. */
  events: (filter: EventFilter) =>
    infiniteQueryOptions({
      queryKey: ['events', 'pages', filter],
      queryFn: ({ pageParam }) => client.events.list({ ...filter, limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) }),
      initialPageParam: null as string | null,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      staleTime: Infinity,
    }),
  event: (id: string) =>
    queryOptions({
      queryKey: ['event', id, 'resource'],
      queryFn: () => client.events.get(id),
      refetchInterval: ({ state: { data } }) => pollEvent(data),
    }),
  why: (id: string) => queryOptions({ queryKey: ['event', id, 'why'], queryFn: () => client.events.why(id), refetchInterval: SOON_MS }),
  deliveries: (id: string) =>
    queryOptions({ queryKey: ['event', id, 'deliveries'], queryFn: () => client.events.deliveries(id), refetchInterval: NOW_AND_THEN_MS }),
  tree: (id: string) =>
    queryOptions({ queryKey: ['event', id, 'tree'], queryFn: () => client.events.tree(id), refetchInterval: NOW_AND_THEN_MS }),

  batches: () => pages(['batches'], client.batches.list),
  batch: (id: string) =>
    queryOptions({
      queryKey: ['batches', id],
      queryFn: () => client.batches.get(id),
      refetchInterval: ({ state: { data } }) => (data === undefined || data.completedAt === null ? SOON_MS / 2 : NOW_AND_THEN_MS),
    }),
  batchItems: (id: string, status: EventStatus | undefined) =>
    pages(['batches', id, 'items', status ?? 'any'], (page) => client.batches.items(id, { ...page, status })),
  deadLetters: () =>
    queryOptions({ queryKey: ['dead-letters'], queryFn: () => client.deadLetters.list(), refetchInterval: DEAD_LETTERS_MS }),
  eventsOfCause: (cause: string) => ({
    ...pages(['dead-letters', cause], (page) => client.deadLetters.events(cause, page)),
    refetchInterval: DEAD_LETTERS_MS,
  }),

  /** Asked for once: each time is in the service's log. */
  dryRun: (cause: string) =>
    queryOptions({
      queryKey: ['dry-run', cause],
      queryFn: () => client.deadLetters.replay(cause, { dryRun: true, limit: MOST_AT_ONCE }),
      gcTime: 0,
      refetchOnWindowFocus: false,
    }),

  subject: (type: string, id: string) =>
    queryOptions({ queryKey: ['subjects', type, id], queryFn: () => client.subjects.get(type, id), refetchInterval: SOON_MS }),
  subjectEvents: (type: string, id: string) =>
    queryOptions({ queryKey: ['subjects', type, id, 'events'], queryFn: () => client.subjects.events(type, id), refetchInterval: SOON_MS }),

  /** Those up to a version that is known are asked for once. */
  subjectChanges: (type: string, id: string, version: number | undefined) =>
    queryOptions({
      queryKey: ['subjects', type, id, 'changes'],
      queryFn: () => client.subjects.changes(type, id, { limit: MOST_CHANGES }),
      refetchInterval: ({ state: { data } }) => (data?.items[0]?.version === version ? false : NOW_AND_THEN_MS),
    }),
  subjects: () => pages(['subjects'], (page) => client.subjects.list(page)),

  types: () => queryOptions({ queryKey: ['types'], queryFn: () => client.eventTypes.list(), staleTime: MINUTE_MS }),
  type: (type: string) => queryOptions({ queryKey: ['types', type], queryFn: () => client.eventTypes.get(type), staleTime: MINUTE_MS }),
  dev: () => queryOptions({ queryKey: ['dev'], queryFn: dev.read, refetchInterval: SOON_MS / 2 }),
  devCallback: (number: number) =>
    queryOptions({ queryKey: ['dev', 'callback', number], queryFn: () => dev.callback(number), staleTime: Infinity }),
  newestOfType: (type: string) =>
    queryOptions({
      queryKey: ['types', type, 'newest'],
      queryFn: () => client.events.list({ type, limit: MOST_LISTED }),
      refetchInterval: NOW_AND_THEN_MS,
    }),
  examples: () => queryOptions({ queryKey: ['examples'], queryFn: readExamples, staleTime: MINUTE_MS }),
};

/** The first page of a list that is short, as a rule, and others as they are asked for. */
function pages<Item>(queryKey: readonly string[], list: (page: PageOptions) => Promise<Page<Item>>) {
  return infiniteQueryOptions({
    queryKey: [...queryKey, 'list'],
    queryFn: ({ pageParam }) => list({ limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** A callback goes on after its event's end, and may be sent again by anybody. */
function pollEvent(event: EventResource | undefined): number | false {
  if (event === undefined || !hasEnded(event) || event.recorded === false) return SOON_MS / 2;
  if (event.callback.url === null) return false;
  return event.callback.status === 'pending' ? SOON_MS : NOW_AND_THEN_MS;
}
