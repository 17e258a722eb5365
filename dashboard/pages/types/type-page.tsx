import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Facts } from '../../elements/facts.tsx';
import { JsonView } from '../../elements/json-view.tsx';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';
import { LatelyPanel } from './lately.tsx';

/** One event type: how its events run, who handles them, and what data they have. */
export function TypePage(): ReactNode {
  const { type: name } = useParams({ from: '/types/$type' });
  const found = useQuery(queries.type(name));
  return (
    <Page
      title={<bdi className="id">{name}</bdi>}
      name={name}
      beside={
        <div className="actions">
          <Link to="/send" search={{ type: name }}>
            Send one
          </Link>
          <Link to="/events" search={{ type: name }}>
            Its events
          </Link>
        </div>
      }
    >
      <QueryView of={found}>
        {({ summary, tier, weight, coalesce, stages, handlers, cloudEventTypes = [], schema }) => (
          <>
            <Panel title="How it runs">
              {summary !== '' && <p>{summary}</p>}
              <Facts
                facts={{
                  Tier: tier ?? 'by its data',
                  Weight: weight,
                  'Shares a workflow': coalesce ? 'where it can' : 'no',
                  Stages: stages.join(', '),
                  'As a CloudEvent': cloudEventTypes.length === 0 ? null : cloudEventTypes.join(', '),
                }}
              />
            </Panel>
            <LatelyPanel type={name} />
            {handlers.length > 0 && (
              <Panel title="Handlers">
                <ul>
                  {handlers.map(({ name: handler, weight: load, after }) => (
                    <li key={handler}>
                      {handler}, {load}
                      {after.length > 0 && `, after ${after.join(', ')}`}
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
            <Panel title="Its data, as JSON Schema">
              {schema === null ? <p className="quiet">Its schema gives none.</p> : <JsonView value={schema} label="the schema" />}
            </Panel>
          </>
        )}
      </QueryView>
    </Page>
  );
}
