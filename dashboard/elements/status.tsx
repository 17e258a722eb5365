import type { ReactNode } from 'react';

/** A status in a word and a colour; the word says it all. */
export function Status({ status }: { readonly status: string }): ReactNode {
  return (
    <span className="status" data-status={status}>
      {status.replaceAll('_', ' ')}
    </span>
  );
}
