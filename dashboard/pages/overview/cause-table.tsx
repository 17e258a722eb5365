import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DeadLetterResource } from '../../../domain/dead-letter-resource.ts';
import { formatNumber } from '../../format/count.ts';

const SHOWN = 5;

/** The causes that most dead letters have, and the way to all. */
export function CauseTable({ letters }: { readonly letters: readonly DeadLetterResource[] }): ReactNode {
  if (letters.length === 0) return <p className="quiet">There are no dead letters.</p>;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Cause</th>
            <th scope="col">Type</th>
            <th scope="col" className="number">
              Count
            </th>
          </tr>
        </thead>
        <tbody>
          {letters
            .toSorted((one, other) => other.count - one.count)
            .slice(0, SHOWN)
            .map(({ cause, code, message, type, count }) => (
              <tr key={cause}>
                <th scope="row">
                  <Link to="/dead-letters/$cause" params={{ cause }} title={message}>
                    <bdi>{code}</bdi>
                  </Link>
                </th>
                <td>
                  <bdi>{type}</bdi>
                </td>
                <td className="number">{formatNumber(count)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {letters.length > SHOWN && (
        <p>
          <Link to="/dead-letters">All {formatNumber(letters.length)} causes</Link>
        </p>
      )}
    </>
  );
}
