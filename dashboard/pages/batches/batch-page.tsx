import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { BatchItem } from '../../../client/batch-types.ts';
import type { BatchResource } from '../../../domain/batch-resource.ts';
import type { EventStatus } from '../../../domain/event-resource.ts';
import { DataTable } from '../../elements/data-table.tsx';
import type { DataColumn } from '../../elements/data-table.tsx';
import { EventLink } from '../../elements/event-link.tsx';
import { Facts } from '../../elements/facts.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { useMore } from '../../elements/use-more.ts';
import { formatCount, formatNumber } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { STATUSES } from '../../service/event-filter.ts';
import { queries } from '../../service/queries.ts';
import { BatchActions } from './batch-actions.tsx';
import { BatchProgress } from './batch-progress.tsx';

const COLUMNS: readonly DataColumn<BatchItem>[] = [
  { header: 'Item', width: 'minmax(10rem, 2fr)', cell: ({ id }) => <EventLink id={id} /> },
  { header: 'Type', width: 'minmax(6rem, 1fr)', cell: ({ type }) => <bdi title={type}>{type}</bdi> },
  { header: 'Status', width: '6.5rem', cell: ({ status }) => <Status status={status} /> },
  { header: 'Error', width: 'minmax(6rem, 1fr)', cell: ({ error }) => error && <bdi title={error.message}>{error.code}</bdi> },
];

/** One batch: how far it is, what has failed, its items, and what can be done with it. */
export function BatchPage(): ReactNode {
  const { id } = useParams({ from: '/batches/$id' });
  const batch = useQuery(queries.batch(id));
  return (
    <Page title={<bdi className="id">{batch.data?.name ?? id}</bdi>} name={id} beside={batch.data && <BatchActions batch={batch.data} />}>
      <QueryView of={batch}>{(data) => <Known batch={data} />}</QueryView>
      <Items id={id} />
    </Page>
  );
}

function Known({ batch }: { readonly batch: BatchResource }): ReactNode {
  const { id, status, mode, counts, ratePerSecond, etaSeconds, failures, callback } = batch;
  return (
    <>
      <Panel title="Where it stands">
        <Facts
          facts={{
            Status: <Status status={status} />,
            Progress: <BatchProgress batch={batch} />,
            Items: `${counts.pending} pending, ${counts.running} running, ${counts.completed} completed, ${counts.failed} failed, ${counts.cancelled} cancelled`,
            Id: <bdi>{id}</bdi>,
            Mode: mode,
            Rate: ratePerSecond === null ? null : `${formatNumber(ratePerSecond)} a second`,
            'Done in about': etaSeconds === null ? null : formatDuration(etaSeconds * 1_000),
            Accepted: <Moment at={batch.acceptedAt} />,
            Ended: batch.completedAt && <Moment at={batch.completedAt} />,
            Callback: callback.url && <bdi>{callback.url}</bdi>,
          }}
        />
      </Panel>
      {failures.length > 0 && (
        <Panel title="What has failed">
          <ul>
            {failures.map(({ cause, count, example }) => (
              <li key={cause}>
                <bdi>{cause}</bdi>: {formatCount(count, 'item')}, for example <EventLink id={example} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Items({ id }: { readonly id: string }): ReactNode {
  const [status, setStatus] = useState<EventStatus | undefined>();
  const items = useInfiniteQuery(queries.batchItems(id, status));
  const more = useMore(items);
  return (
    <Panel
      title="Items"
      beside={
        <label>
          Status{' '}
          <select value={status ?? ''} onChange={({ target }) => setStatus(STATUSES.find((known) => known === target.value))}>
            <option value="">any</option>
            {STATUSES.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </select>
        </label>
      }
    >
      <QueryView of={items}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          if (rows.length === 0) return <p className="quiet">There is no such item.</p>;
          return <DataTable label="Items, by their place" columns={COLUMNS} rows={rows} idOf={(item) => item.id} onMore={more} />;
        }}
      </QueryView>
    </Panel>
  );
}
