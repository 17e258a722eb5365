import type { ReactNode } from 'react';
import { Moment } from '../../elements/moment.tsx';
import { formatDuration } from '../../format/duration.ts';
import type { Span } from './to-spans.ts';

/** What happened when, one under the other on one scale. */
export function Waterfall({ spans }: { readonly spans: readonly Span[] }): ReactNode {
  const fromMs = Math.min(...spans.map((span) => span.fromMs));
  const totalMs = Math.max(1, ...spans.map((span) => span.toMs - fromMs));
  return (
    <table className="waterfall">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Began</th>
          <th scope="col" className="number">
            Took
          </th>
          <th scope="col" className="scale">
            Within {formatDuration(totalMs)}
          </th>
        </tr>
      </thead>
      <tbody>
        {spans.map((span) => (
          <tr key={span.name}>
            <th scope="row">
              {span.name} {span.note !== '' && <small>{span.note}</small>}
            </th>
            <td>
              <Moment at={new Date(span.fromMs).toISOString()} />
            </td>
            <td className="number">{formatDuration(span.toMs - span.fromMs)}</td>
            <td className="scale">
              <div
                className="span"
                data-state={span.state}
                style={{
                  marginInlineStart: `${((span.fromMs - fromMs) / totalMs) * 100}%`,
                  width: `${((span.toMs - span.fromMs) / totalMs) * 100}%`,
                }}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
