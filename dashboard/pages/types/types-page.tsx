import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { EventTypeSummary } from '../../../client/resource-types.ts';
import { DataTable } from '../../elements/data-table.tsx';
import type { DataColumn } from '../../elements/data-table.tsx';
import { Page } from '../../elements/page.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';

const COLUMNS: readonly DataColumn<EventTypeSummary>[] = [
  {
    header: 'Type',
    width: 'minmax(10rem, 1fr)',
    cell: ({ type }) => (
      <Link to="/types/$type" params={{ type }} className="id">
        <bdi>{type}</bdi>
      </Link>
    ),
  },
  { header: 'What it is', width: 'minmax(8rem, 2fr)', cell: ({ summary }) => <bdi title={summary}>{summary}</bdi> },
  { header: 'Tier', width: '5rem', cell: ({ tier }) => tier ?? 'by its data' },
  { header: 'Weight', width: '4rem', cell: ({ weight }) => weight },
  { header: 'Handlers', width: '5rem', cell: ({ handlers }) => handlers.length },
];

/** What can be sent. */
export function TypesPage(): ReactNode {
  const types = useQuery(queries.types());
  const [sought, setSought] = useState('');
  return (
    <Page
      title="Types"
      beside={
        <label>
          Find <input type="search" value={sought} onChange={({ target }) => setSought(target.value)} />
        </label>
      }
    >
      <QueryView of={types}>
        {({ items }) => {
          const rows = items.filter(({ type }) => type.toLowerCase().includes(sought.trim().toLowerCase()));
          if (rows.length === 0) return <p className="quiet">There is no such type.</p>;
          return <DataTable label="Event types" columns={COLUMNS} rows={rows} idOf={({ type }) => type} onMore={null} />;
        }}
      </QueryView>
    </Page>
  );
}
