import type { ReactNode } from 'react';
import { TicklessError } from '../../client/tickless-error.ts';

/** What the service refused, and where; what can be done, if anything can. */
export function Problem({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }): ReactNode {
  const faults = error instanceof TicklessError ? error.errors : [];
  return (
    <div role="alert" className="problem">
      <p>
        {sentenceOf(error)}
        {error instanceof TicklessError && error.requestId !== null && <small> Request {error.requestId}</small>}
      </p>
      {faults.length > 0 && (
        <ul>
          {faults.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              <code>{pointer === '' ? 'the whole' : pointer}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function sentenceOf(error: Error): string {
  if (!(error instanceof TicklessError)) return `Something went wrong in this page: ${error.message}`;
  if (error.status === 0) return 'The service does not answer. It is asked again as soon as it does.';
  return `The service says “${error.message}” (${error.code}).`;
}
