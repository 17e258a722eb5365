import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DestinationResource } from '../../../domain/destination-resource.ts';
import { ActionButton } from '../../elements/action-button.tsx';
import { Facts } from '../../elements/facts.tsx';
import { Moment } from '../../elements/moment.tsx';
import { MoreButton } from '../../elements/more-button.tsx';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { client } from '../../service/client.ts';
import { queries } from '../../service/queries.ts';
import { RedeliverDialog } from './redeliver-dialog.tsx';

/** Where callbacks have failed lately, and what waits for it. */
export function DestinationsPage(): ReactNode {
  const destinations = useInfiniteQuery(queries.destinations());
  return (
    <Page title="Destinations">
      <QueryView of={destinations}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <p className="quiet">All callbacks arrive: no destination has failed lately.</p>;
          return items.map((destination) => <DestinationPanel key={destination.origin} destination={destination} />);
        }}
      </QueryView>
      <MoreButton of={destinations} />
    </Page>
  );
}

function DestinationPanel({ destination }: { readonly destination: DestinationResource }): ReactNode {
  const [isRedelivering, setRedelivering] = useState(false);
  const { origin, state, parked, failures, connections, nextProbeAt } = destination;
  return (
    <Panel
      title={origin}
      beside={
        <div className="actions">
          {state !== 'closed' && (
            <ActionButton act={() => client.destinations.resume(origin)} done={`${origin} is tried now.`}>
              Try it now
            </ActionButton>
          )}
          <button type="button" onClick={() => setRedelivering(true)}>
            Send again what was given up…
          </button>
          {isRedelivering && <RedeliverDialog origin={origin} onClose={() => setRedelivering(false)} />}
        </div>
      }
    >
      <Facts
        facts={{
          'Circuit breaker': <Status status={state} />,
          'Callbacks that wait': parked,
          'Failures in a row': failures,
          'Connections at most': connections,
          'Tried again': nextProbeAt === null ? state === 'closed' ? null : 'when it is resumed' : <Moment at={nextProbeAt} />,
        }}
      />
    </Panel>
  );
}
