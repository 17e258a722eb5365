import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DeadLetterResource } from '../../../domain/dead-letter-resource.ts';
import { DataTable } from '../../elements/data-table.tsx';
import type { DataColumn } from '../../elements/data-table.tsx';
import { EventLink } from '../../elements/event-link.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Page } from '../../elements/page.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { formatNumber } from '../../format/count.ts';
import { queries } from '../../service/queries.ts';
import { KINDS } from './kinds.ts';

const COLUMNS: readonly DataColumn<DeadLetterResource>[] = [
  {
    header: 'Cause',
    width: 'minmax(11rem, 2fr)',
    cell: ({ cause, code, message }) => (
      <>
        <Link to="/dead-letters/$cause" params={{ cause }} className="id">
          <bdi>{code}</bdi>
        </Link>
        <small title={message}>
          <bdi>{message}</bdi>
        </small>
      </>
    ),
  },
  {
    header: 'Type, kind and stage',
    width: 'minmax(9rem, 1fr)',
    cell: ({ type, kind, stage }) => (
      <>
        <bdi title={type}>{type}</bdi>
        <small>
          {KINDS[kind]}
          {stage !== null && `, ${stage}`}
        </small>
      </>
    ),
  },
  { header: 'Count', width: '4rem', cell: ({ count }) => formatNumber(count) },
  {
    header: 'Last and first',
    width: '11rem',
    cell: ({ firstAt, lastAt }) => (
      <>
        <Moment at={lastAt} />
        <small>
          <Moment at={firstAt} />
        </small>
      </>
    ),
  },
  { header: 'Example', width: 'minmax(6rem, 1fr)', cell: ({ example }) => <EventLink id={example} /> },
];

/** What ended badly and stays so, by its cause. */
export function DeadLettersPage(): ReactNode {
  const letters = useQuery(queries.deadLetters());
  return (
    <Page
      title="Dead letters"
      beside={
        letters.data && (
          <span className="quiet">
            Counted at <Moment at={letters.data.asOf} />
          </span>
        )
      }
    >
      <QueryView of={letters}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="all-well">There are no dead letters.</p>
          ) : (
            <DataTable
              label="Causes of dead letters, the latest first"
              columns={COLUMNS}
              rows={items}
              idOf={({ cause }) => cause}
              onMore={null}
            />
          )
        }
      </QueryView>
    </Page>
  );
}
