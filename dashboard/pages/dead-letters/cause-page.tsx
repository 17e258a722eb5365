import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DeadLetterResource } from '../../../domain/dead-letter-resource.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
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
import { formatNumber } from '../../format/count.ts';
import { queries } from '../../service/queries.ts';
import { CauseActions } from './cause-actions.tsx';
import { KINDS } from './kinds.ts';

const COLUMNS: readonly DataColumn<EventResource>[] = [
  { header: 'Event', width: 'minmax(10rem, 1fr)', cell: ({ id }) => <EventLink id={id} /> },
  { header: 'Status', width: '6.5rem', cell: ({ status }) => <Status status={status} /> },
  { header: 'Run', width: '3rem', cell: ({ run }) => run },
  { header: 'Ended', width: '11rem', cell: ({ completedAt }) => completedAt && <Moment at={completedAt} /> },
  { header: 'Message', width: 'minmax(8rem, 2fr)', cell: ({ error }) => error && <bdi title={error.message}>{error.message}</bdi> },
];

/** One cause of dead letters: what they have in common, each of them, and what can be done with all. */
export function CausePage(): ReactNode {
  const { cause } = useParams({ from: '/dead-letters/$cause' });
  const letters = useQuery(queries.deadLetters());
  const letter = letters.data?.items.find((each) => each.cause === cause);
  const title = letter?.code ?? cause;
  return (
    <Page title={<bdi className="id">{title}</bdi>} name={title} beside={<CauseActions cause={cause} letter={letter} />}>
      <QueryView of={letters}>{({ asOf }) => letter && <InCommon letter={letter} asOf={asOf} />}</QueryView>
      <Events cause={cause} />
    </Page>
  );
}

function InCommon({ letter, asOf }: { readonly letter: DeadLetterResource; readonly asOf: string }): ReactNode {
  const { kind, type, stage, code, message, count, firstAt, lastAt, example } = letter;
  return (
    <Panel title="What they died of">
      <Facts
        facts={{
          Count: (
            <>
              {formatNumber(count)} at <Moment at={asOf} />
            </>
          ),
          Kind: KINDS[kind],
          Type: (
            <Link to="/types/$type" params={{ type }}>
              <bdi>{type}</bdi>
            </Link>
          ),
          'Stage or handler': stage,
          Code: <code>{code}</code>,
          First: <Moment at={firstAt} />,
          Last: <Moment at={lastAt} />,
          Example: <EventLink id={example} />,
        }}
      />
      {message !== '' && (
        <p>
          <bdi>{message}</bdi>
        </p>
      )}
    </Panel>
  );
}

function Events({ cause }: { readonly cause: string }): ReactNode {
  const events = useInfiniteQuery(queries.eventsOfCause(cause));
  const more = useMore(events);
  return (
    <Panel title="Which they are">
      <QueryView of={events}>
        {({ pages }) => {
          const rows = pages.flatMap(({ items }) => items);
          if (rows.length === 0 && more === null) return <p className="quiet">None of them can be shown.</p>;
          return (
            <DataTable
              label="Dead letters of this cause, the latest first"
              columns={COLUMNS}
              rows={rows}
              idOf={({ id }) => id}
              onMore={more}
            />
          );
        }}
      </QueryView>
    </Panel>
  );
}
