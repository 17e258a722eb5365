import type { ErrorComponentProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Problem } from '../elements/problem.tsx';

/** Instead of a page that could not be shown; the frame around it stays. */
export function ErrorPage({ error, reset }: ErrorComponentProps): ReactNode {
  return (
    <>
      <h1>This page could not be shown</h1>
      <Problem error={error instanceof Error ? error : new Error(String(error))} onRetry={reset} />
    </>
  );
}
