import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { BatchResource } from '../../../domain/batch-resource.ts';
import { DataTable } from '../../elements/data-table.tsx';
import type { DataColumn } from '../../elements/data-table.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Page } from '../../elements/page.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { useMore } from '../../elements/use-more.ts';
import { queries } from '../../service/queries.ts';
import { BatchProgress } from './batch-progress.tsx';

const COLUMNS: readonly DataColumn<BatchResource>[] = [
  {
    header: 'Batch',
    width: 'minmax(10rem, 1fr)',
    cell: ({ id, name }) => (
      <Link to="/batches/$id" params={{ id }} className="id" title={id}>
        <bdi>{name ?? id}</bdi>
      </Link>
    ),
  },
  { header: 'Status', width: '6.5rem', cell: ({ status }) => <Status status={status} /> },
  { header: 'Progress', width: 'minmax(16rem, 1fr)', cell: (batch) => <BatchProgress batch={batch} /> },
  { header: 'Accepted', width: '11rem', cell: ({ acceptedAt }) => <Moment at={acceptedAt} /> },
];

/** All batches, newest first. */
export function BatchesPage(): ReactNode {
  const batches = useInfiniteQuery(queries.batches());
  const more = useMore(batches);
  return (
    <Page title="Batches">
      <QueryView of={batches}>
        {({ pages }) => {
          const rows = pages.flatMap(({ items }) => items);
          if (rows.length === 0) return <p className="quiet">There is no batch.</p>;
          return <DataTable label="Batches, newest first" columns={COLUMNS} rows={rows} idOf={({ id }) => id} onMore={more} />;
        }}
      </QueryView>
    </Page>
  );
}
