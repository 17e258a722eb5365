import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { countSentence } from '../../elements/bulk-dialog.tsx';
import { Dialog } from '../../elements/dialog.tsx';
import { EventLink } from '../../elements/event-link.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';

const EXAMPLES = 5;

/** How many dead letters of a cause would be run again, and the first of them. */
export function DryRunDialog({ cause, onClose }: { readonly cause: string; readonly onClose: () => void }): ReactNode {
  const counted = useQuery(queries.dryRun(cause));
  const events = useInfiniteQuery(queries.eventsOfCause(cause));
  const examples = events.data?.pages.flatMap(({ items }) => items).slice(0, EXAMPLES) ?? [];
  return (
    <Dialog title="Dry run" description="What would be run again. Nothing is started." isOpen onClose={onClose}>
      <QueryView of={counted}>
        {(data) => (
          <>
            <p>{countSentence(data)}</p>
            {examples.length > 0 && (
              <>
                <h3>For example</h3>
                <ul>
                  {examples.map(({ id }) => (
                    <li key={id}>
                      <EventLink id={id} />
                    </li>
                  ))}
                </ul>
              </>
            )}
          </>
        )}
      </QueryView>
      <div className="actions">
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
