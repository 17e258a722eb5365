import { useCallback } from 'react';

export interface PagesSoFar {
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  fetchNextPage(): unknown;
}

/** What asks for a list's next page, unless it is asked for already, as a table wants it; null where there is none. */
export function useMore({ hasNextPage, isFetching, fetchNextPage }: PagesSoFar): (() => void) | null {
  const more = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [fetchNextPage, isFetching]);
  return hasNextPage ? more : null;
}
