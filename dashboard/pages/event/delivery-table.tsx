import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { EventResource } from '../../../domain/event-resource.ts';
import { Facts } from '../../elements/facts.tsx';
import { Moment } from '../../elements/moment.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { formatDuration } from '../../format/duration.ts';
import { queries } from '../../service/queries.ts';

/** Where the event calls back, and each attempt with what was answered. */
export function DeliveryTable({ event: { id, callback } }: { readonly event: EventResource }): ReactNode {
  const deliveries = useQuery(queries.deliveries(id));
  return (
    <>
      <Facts
        facts={{
          Status: <Status status={callback.status} />,
          URL: callback.url && <bdi>{callback.url}</bdi>,
          'Next attempt': callback.nextAttemptAt && <Moment at={callback.nextAttemptAt} />,
        }}
      />
      <QueryView of={deliveries}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">No attempt has been made.</p>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">At</th>
                  <th scope="col">Answer</th>
                  <th scope="col" className="number">
                    Took
                  </th>
                  <th scope="col">Why</th>
                  <th scope="col">What was said</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ at, status, error, durationMs, reason, excerpt }) => (
                  <tr key={at}>
                    <td>
                      <Moment at={at} />
                    </td>
                    <td>
                      {status ?? 'none'} {error}
                    </td>
                    <td className="number">{formatDuration(durationMs)}</td>
                    <td>{reason}</td>
                    <td>
                      <bdi>{excerpt}</bdi>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </QueryView>
    </>
  );
}
