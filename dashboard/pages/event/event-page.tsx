import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { EventResource } from '../../../domain/event-resource.ts';
import { EventLink } from '../../elements/event-link.tsx';
import { Facts } from '../../elements/facts.tsx';
import { JsonView } from '../../elements/json-view.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { queries } from '../../service/queries.ts';
import { DeliveryTable } from './delivery-table.tsx';
import { EventActions } from './event-actions.tsx';
import { EventTreeView } from './event-tree.tsx';
import { HandlerTable } from './handler-table.tsx';
import { toSpans } from './to-spans.ts';
import { Waterfall } from './waterfall.tsx';
import { WhyNote } from './why-note.tsx';

/** One event: where it stands and why, what happened when, what it holds, and what can be done with it. */
export function EventPage(): ReactNode {
  const { id } = useParams({ from: '/events/$id' });
  const event = useQuery(queries.event(id));
  return (
    <Page title={<bdi className="id">{id}</bdi>} name={id} beside={event.data && <EventActions event={event.data} />}>
      <QueryView of={event}>{(data) => <Known event={data} />}</QueryView>
    </Page>
  );
}

function Known({ event }: { readonly event: EventResource }): ReactNode {
  const { id, type, status, stage, error, progress, data, result, handlers, callback } = event;
  return (
    <>
      <Panel title="Where it stands">
        <Facts
          facts={{
            Status: (
              <>
                <Status status={status} /> {event.recorded === false && <small>not on record yet</small>}
              </>
            ),
            Type: (
              <Link to="/types/$type" params={{ type }}>
                <bdi>{type}</bdi>
              </Link>
            ),
            Tier: event.tier,
            Stage: stage,
            Run: event.run > 1 ? event.run : null,
            Progress: progress && (
              <>
                <progress max={100} value={progress.percent ?? undefined} aria-label="Progress" />{' '}
                <bdi>
                  {progress.step} {progress.message}
                </bdi>
              </>
            ),
            Accepted: <Moment at={event.acceptedAt} />,
            Ended: event.completedAt && <Moment at={event.completedAt} />,
            Subject: event.subject && <bdi>{event.subject}</bdi>,
            Version: event.version,
            Source: event.source && <bdi>{event.source}</bdi>,
            'Own id': event.ownId && <bdi>{event.ownId}</bdi>,
            Batch: event.batchId && (
              <Link to="/batches/$id" params={{ id: event.batchId }}>
                <bdi>{event.batchId}</bdi>
              </Link>
            ),
            'Caused by': event.causedBy && <EventLink id={event.causedBy} />,
            'Handler of': event.handlerOf && <EventLink id={event.handlerOf.id} />,
            Cleanup: event.cleanup?.status,
          }}
        />
      </Panel>
      <Panel title="Why">
        <WhyNote id={id} />
      </Panel>
      {error !== null && (
        <Panel title={status === 'failed' ? 'Why it failed' : 'What its last attempt died of'}>
          <Facts facts={{ Code: <code>{error.code}</code>, Stage: error.stage, 'Can be tried again': error.retryable ? 'yes' : 'no' }} />
          <p>
            <bdi>{error.message}</bdi>
          </p>
        </Panel>
      )}
      <Panel title="What happened when">
        <Waterfall spans={toSpans(event, Date.now())} />
      </Panel>
      <div className="columns">
        <Panel title="Data">
          <JsonView value={data} label="the data" />
        </Panel>
        <Panel title="Results">
          {result === null ? <p className="quiet">No stage has come to one.</p> : <JsonView value={result} label="the results" />}
        </Panel>
      </div>
      {Object.keys(handlers).length > 0 && (
        <Panel title="Handlers">
          <HandlerTable handlers={handlers} />
        </Panel>
      )}
      {callback.url !== null && (
        <Panel title="Callback">
          <DeliveryTable event={event} />
        </Panel>
      )}
      <Panel title="What caused it, and what followed">
        <EventTreeView id={id} />
      </Panel>
    </>
  );
}
