import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Why } from '../../../domain/why.ts';
import { EventLink } from '../../elements/event-link.tsx';
import { Facts } from '../../elements/facts.tsx';
import { Moment } from '../../elements/moment.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { formatCount } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { queries } from '../../service/queries.ts';

/** What the event waits for or died of, who holds that, and what is known of when it goes on. */
export function WhyNote({ id }: { readonly id: string }): ReactNode {
  const why = useQuery(queries.why(id));
  return <QueryView of={why}>{(data) => <Answer why={data} />}</QueryView>;
}

function Answer({ why: { summary, since, details } }: { readonly why: Why }): ReactNode {
  const { holders = [], otherHolders = 0, handlers = [], lastError } = details;
  return (
    <>
      <p>
        <bdi>{summary}</bdi>
      </p>
      <Facts
        facts={{
          Since: since && <Moment at={since} />,
          Limit: details.key && <bdi>{details.key}</bdi>,
          Position: details.position,
          'Next attempt': details.nextAttemptAt && <Moment at={details.nextAttemptAt} />,
          'Goes on in about': typeof details.etaMs === 'number' ? formatDuration(details.etaMs) : null,
          'Of the same cause': details.alike && (
            <Link to="/dead-letters/$cause" params={{ cause: details.alike.cause }}>
              {formatCount(details.alike.count, 'dead letter')}
            </Link>
          ),
          'Last error': lastError && (
            <bdi>
              {lastError.code}: {lastError.message}
            </bdi>
          ),
        }}
      />
      {(holders.length > 0 || otherHolders > 0) && (
        <>
          <h3>Who holds the permits</h3>
          <ul>
            {holders.map(({ event, since: heldSince }) => (
              <li key={event}>
                <EventLink id={event} /> since <Moment at={heldSince} />
              </li>
            ))}
            {otherHolders > 0 && <li>{formatCount(otherHolders, 'event')} of other tenants</li>}
          </ul>
        </>
      )}
      {handlers.length > 0 && (
        <>
          <h3>Which handlers</h3>
          <ul>
            {handlers.map(({ name, status, event }) => (
              <li key={name}>
                {name}: {status} (<EventLink id={event} />)
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
