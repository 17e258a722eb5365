import type { ReactNode } from 'react';
import type { PermitFigures } from '../../../domain/stats-resource.ts';
import { formatNumber } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';

/** Who is at work at once, by limit. */
export function PermitTable({ permits }: { readonly permits: Readonly<Record<string, PermitFigures>> }): ReactNode {
  const rows = Object.entries(permits);
  if (rows.length === 0) return <p className="quiet">No limit is in use.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Limit</th>
          <th scope="col" className="number">
            Held
          </th>
          <th scope="col" className="number">
            Waiting
          </th>
          <th scope="col" className="number">
            Longest
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([key, { capacity, held, waiting, longestHeldMs }]) => (
          <tr key={key}>
            <th scope="row">
              <bdi>{key}</bdi>
            </th>
            <td className="number">
              {formatNumber(held)} of {formatNumber(capacity)}
            </td>
            <td className="number">{formatNumber(waiting)}</td>
            <td className="number">{held === 0 ? '–' : formatDuration(longestHeldMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
