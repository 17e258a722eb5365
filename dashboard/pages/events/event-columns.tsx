import type { EventSummary } from '../../../domain/event-summary.ts';
import type { DataColumn } from '../../elements/data-table.tsx';
import { EventLink } from '../../elements/event-link.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Status } from '../../elements/status.tsx';
import { formatDuration } from '../../format/duration.ts';

export const EVENT_COLUMNS: readonly DataColumn<EventSummary>[] = [
  { header: 'Event', width: 'minmax(10rem, 2fr)', cell: ({ id }) => <EventLink id={id} /> },
  { header: 'Type', width: 'minmax(6rem, 1fr)', cell: ({ type }) => <bdi title={type}>{type}</bdi> },
  { header: 'Status', width: '6.5rem', cell: ({ status }) => <Status status={status} /> },
  { header: 'Tier', width: '4.5rem', cell: ({ tier }) => tier },
  { header: 'Accepted', width: '11rem', cell: ({ acceptedAt }) => <Moment at={acceptedAt} /> },
  { header: 'Took', width: '6rem', cell: ({ timings: { runMs } }) => (runMs === null ? '–' : formatDuration(runMs)) },
];
