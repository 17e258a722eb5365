import type { ReactNode } from 'react';
import type { DestinationResource } from '../../../domain/destination-resource.ts';
import { Moment } from '../../elements/moment.tsx';
import { Status } from '../../elements/status.tsx';
import { formatNumber } from '../../format/count.ts';

/** Circuit breakers of the destinations that have failed lately. */
export function Breakers({ destinations }: { readonly destinations: readonly DestinationResource[] }): ReactNode {
  if (destinations.length === 0) return <p className="quiet">All callbacks arrive: no destination has failed lately.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Destination</th>
          <th scope="col">Breaker</th>
          <th scope="col" className="number">
            Waiting
          </th>
          <th scope="col">Tried again</th>
        </tr>
      </thead>
      <tbody>
        {destinations.map(({ origin, state, parked, nextProbeAt }) => (
          <tr key={origin}>
            <th scope="row">
              <bdi>{origin}</bdi>
            </th>
            <td>
              <Status status={state} />
            </td>
            <td className="number">{formatNumber(parked)}</td>
            <td>{nextProbeAt === null ? '–' : <Moment at={nextProbeAt} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
