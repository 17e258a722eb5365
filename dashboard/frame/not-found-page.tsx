import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

export function NotFoundPage(): ReactNode {
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <Link to="/">Back to the overview</Link>
      </p>
    </>
  );
}
