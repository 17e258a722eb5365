import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';

/** As far as it is looked at here, what a query has come to. */
export interface Asked<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  refetch(): unknown;
}

/** What was asked for; until it is there, that it is on its way, or why it isn't. What was there before stays beside an error. */
export function QueryView<T>({ of, children }: { readonly of: Asked<T>; readonly children: (data: T) => ReactNode }): ReactNode {
  const { data, error } = of;
  return (
    <>
      {error !== null && <Problem error={error} onRetry={() => void of.refetch()} />}
      {data !== undefined ? children(data) : error === null && <p className="quiet">Loading…</p>}
    </>
  );
}
