import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** An event's id, which may be in any script and as long as it likes, and the way to its page. */
export function EventLink({ id }: { readonly id: string }): ReactNode {
  return (
    <Link to="/events/$id" params={{ id }} className="id" title={id}>
      <bdi>{id}</bdi>
    </Link>
  );
}
