import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { EventLink } from '../../elements/event-link.tsx';
import { Facts } from '../../elements/facts.tsx';
import { JsonView } from '../../elements/json-view.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { queries } from '../../service/queries.ts';
import { Changes } from './changes.tsx';

/** One subject: its state as its events have made it, and the last of these. */
export function SubjectPage(): ReactNode {
  const { type, id } = useParams({ from: '/subjects/$type/$id' });
  const subject = useQuery(queries.subject(type, id));
  const events = useQuery(queries.subjectEvents(type, id));
  return (
    <Page
      title={<bdi className="id">{id}</bdi>}
      name={id}
      beside={
        <Link to="/events" search={{ subject: `${type}/${id}` }}>
          Its events in the list
        </Link>
      }
    >
      <QueryView of={subject}>
        {({ version, state, updatedAt }) => (
          <Panel title="Its state">
            <Facts facts={{ Type: <bdi>{type}</bdi>, Version: version, 'Changed last': <Moment at={updatedAt} /> }} />
            <JsonView value={state} label="the state" />
          </Panel>
        )}
      </QueryView>
      <Changes type={type} id={id} version={subject.data?.version} />
      <Panel title="Its last events">
        <QueryView of={events}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="quiet">It has none yet.</p>
            ) : (
              <table>
                <thead>
                  <tr>
                    <th scope="col">Event</th>
                    <th scope="col">Type</th>
                    <th scope="col">Status</th>
                    <th scope="col" className="number">
                      Version
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((event) => (
                    <tr key={event.id}>
                      <td>
                        <EventLink id={event.id} />
                      </td>
                      <td>
                        <bdi>{event.type}</bdi>
                      </td>
                      <td>
                        <Status status={event.status} />
                      </td>
                      <td className="number">{event.version}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )
          }
        </QueryView>
      </Panel>
    </Page>
  );
}
