import type { ReactNode } from 'react';
import { formatFullMoment, formatMoment } from '../format/moment.ts';

/** A time in the reader's zone. @param at ISO 8601 */
export function Moment({ at }: { readonly at: string }): ReactNode {
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatFullMoment(date)}>
      {formatMoment(date, new Date())}
    </time>
  );
}
