import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { EventSummary } from '../../../domain/event-summary.ts';
import type { EventFilter } from '../../service/event-filter.ts';
import { useEndedEvents } from '../../service/live-events.tsx';
import { queries } from '../../service/queries.ts';
import { hasGap, mergeEvents } from './merge-events.ts';

// As many as a reader can have scrolled past; the pages that are asked for later have them as they are.
const REMEMBERED = 1_000;

/** The events of a filter, as they come and end; page after page, as they are asked for. */
export function useEvents(filter: EventFilter, isLive: boolean) {
  const newest = useQuery({ ...queries.newestEvents(filter), enabled: isLive });
  const pages = useInfiniteQuery(queries.events(filter));
  const [ended, setEnded] = useState<ReadonlyMap<string, EventSummary>>(new Map());
  useEndedEvents((event) => {
    if (event !== null) setEnded((before) => new Map([...[...before].slice(-REMEMBERED), [event.id, event]]));
  });

  const listed = useMemo(() => pages.data?.pages.flatMap(({ items }) => items), [pages.data]);
  const first = newest.data;
  const isApart = first !== undefined && listed !== undefined && hasGap(first.items, listed, first.nextCursor !== null);
  const { refetch, isFetching } = pages;
  useEffect(() => {
    if (isApart && !isFetching) void refetch();
  }, [isApart, isFetching, refetch]);

  const events = useMemo(
    () => listed && mergeEvents({ filter, newest: first?.items ?? [], pages: listed, ended }),
    [filter, first, listed, ended],
  );
  return { events, pages, error: pages.error ?? newest.error };
}
