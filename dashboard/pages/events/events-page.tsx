import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { DataTable } from '../../elements/data-table.tsx';
import { Page } from '../../elements/page.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { useMore } from '../../elements/use-more.ts';
import { EVENT_COLUMNS } from './event-columns.tsx';
import { FilterForm } from './filter-form.tsx';
import { useEvents } from './use-events.ts';

/** All events, newest first, as they come. The address has the filter. */
export function EventsPage(): ReactNode {
  const filter = useSearch({ from: '/events' });
  const navigate = useNavigate();
  const [isLive, setLive] = useState(true);
  const { events, pages, error } = useEvents(filter, isLive);
  const { isFetching, refetch } = pages;
  const more = useMore(pages);
  return (
    <Page
      title="Events"
      beside={
        <label>
          <input type="checkbox" checked={isLive} onChange={({ target }) => setLive(target.checked)} /> Show new ones as they come
        </label>
      }
    >
      <FilterForm filter={filter} onChange={(search) => void navigate({ to: '/events', search, replace: true })} />
      <QueryView of={{ data: events, error, refetch }}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="quiet">{isFetching ? 'Loading…' : 'There is no such event.'}</p>
          ) : (
            <DataTable label="Events, newest first" columns={EVENT_COLUMNS} rows={rows} idOf={({ id }) => id} onMore={more} />
          )
        }
      </QueryView>
    </Page>
  );
}
