import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Facts } from '../../elements/facts.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { formatDuration } from '../../format/duration.ts';
import { queries } from '../../service/queries.ts';
import { howLately } from './how-lately.ts';

/** How often the last events of a type have failed, and how long they took. */
export function LatelyPanel({ type }: { readonly type: string }): ReactNode {
  const events = useQuery(queries.newestOfType(type));
  return (
    <Panel title="Its last events">
      <QueryView of={events}>
        {({ items }) => {
          const { ended, failed, p50Ms, p95Ms } = howLately(items);
          if (ended === 0) return <p className="quiet">None has ended.</p>;
          return (
            <Facts
              facts={{
                Ended: `${ended} of the last ${items.length}`,
                Failed: `${failed} (${Math.round((100 * failed) / ended)} %)`,
                'Half of them took at most': p50Ms === null ? null : formatDuration(p50Ms),
                '95 % took at most': p95Ms === null ? null : formatDuration(p95Ms),
              }}
            />
          );
        }}
      </QueryView>
    </Panel>
  );
}
