import type { ReactNode } from 'react';
import type { StatsPoint } from '../../../domain/stats-day.ts';
import { TIERS } from '../../../domain/tier.ts';
import { formatDuration } from '../../format/duration.ts';

/** From acceptance to the end, in the last minute that had an event of the tier. */
export function LatencyTable({ points }: { readonly points: readonly StatsPoint[] }): ReactNode {
  const rows = TIERS.flatMap((tier) => {
    const latest = points.findLast(({ p50Ms }) => p50Ms[tier] !== undefined);
    const [p50, p95] = [latest?.p50Ms[tier], latest?.p95Ms[tier]];
    return p50 === undefined || p95 === undefined ? [] : [{ tier, p50, p95 }];
  });
  if (rows.length === 0) return <p className="quiet">No event has ended in the last hour.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Tier</th>
          <th scope="col" className="number">
            Half within
          </th>
          <th scope="col" className="number">
            95 % within
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ tier, p50, p95 }) => (
          <tr key={tier}>
            <th scope="row">{tier}</th>
            <td className="number">{formatDuration(p50)}</td>
            <td className="number">{formatDuration(p95)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
