import type { ReactNode } from 'react';

export interface Paged {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
}

/** The way to what is after a list's end, where there is something. */
export function MoreButton({ of }: { readonly of: Paged }): ReactNode {
  if (!of.hasNextPage) return null;
  return (
    <div className="actions">
      <button type="button" disabled={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
        Show more
      </button>
    </div>
  );
}
