import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DevCallback } from '../../../domain/dev-resource.ts';
import { EventLink } from '../../elements/event-link.tsx';
import { JsonView } from '../../elements/json-view.tsx';
import { Moment } from '../../elements/moment.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { parseJson } from '../../format/parse-json.ts';
import { queries } from '../../service/queries.ts';

/** Callbacks, newest first. */
export function CallbackList({ callbacks }: { readonly callbacks: readonly DevCallback[] }): ReactNode {
  if (callbacks.length === 0) return <p className="quiet">None has come yet.</p>;
  return (
    <ol className="callbacks" aria-label="Callbacks, newest first">
      {callbacks.map((callback) => (
        <CallbackItem key={callback.number} callback={callback} />
      ))}
    </ol>
  );
}

function CallbackItem({ callback }: { readonly callback: DevCallback }): ReactNode {
  const { number, receivedAt, type, id, attempt, signature, answer } = callback;
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <div className="callback">
        <Moment at={receivedAt} />
        <span>{type ?? 'no message'}</span>
        {id !== null && (type?.includes('batch.') ? <BatchLink id={id} /> : <EventLink id={id} />)}
        <span>attempt {attempt}</span>
        <span>
          signature <Status status={signature.ok ? 'valid' : 'not valid'} />
        </span>
        <span>answered {answer}</span>
      </div>
      {!signature.ok && <p className="fault">{signature.reason}</p>}
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>Headers and body</summary>
        {isOpen && <Content number={number} />}
      </details>
    </li>
  );
}

function BatchLink({ id }: { readonly id: string }): ReactNode {
  return (
    <Link to="/batches/$id" params={{ id }} className="id">
      <bdi>{id}</bdi>
    </Link>
  );
}

function Content({ number }: { readonly number: number }): ReactNode {
  const content = useQuery(queries.devCallback(number));
  return (
    <QueryView of={content}>
      {({ headers, body }) => {
        const parsed = parseJson(body);
        return (
          <>
            <JsonView value={headers} label={`the headers of callback ${number}`} />
            <JsonView value={parsed.ok ? parsed.value : body} label={`the body of callback ${number}`} />
          </>
        );
      }}
    </QueryView>
  );
}
