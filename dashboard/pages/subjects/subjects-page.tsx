import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { MoreButton } from '../../elements/more-button.tsx';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';

/** The way to a subject, by its type and id, or from the list. */
export function SubjectsPage(): ReactNode {
  const navigate = useNavigate();
  const subjects = useInfiniteQuery(queries.subjects());
  const [type, setType] = useState('');
  const [id, setId] = useState('');
  return (
    <Page title="Subjects">
      <Panel title="Which subject">
        <p className="quiet">A subject is known by its type and its id, as in “life” and “life-1”.</p>
        <form
          className="fields"
          onSubmit={(event) => {
            event.preventDefault();
            void navigate({ to: '/subjects/$type/$id', params: { type: type.trim(), id: id.trim() } });
          }}
        >
          <label>
            Its type
            <input required dir="auto" value={type} onChange={({ target }) => setType(target.value)} />
          </label>
          <label>
            Its id
            <input required dir="auto" value={id} onChange={({ target }) => setId(target.value)} />
          </label>
          <button type="submit" className="main">
            Show it
          </button>
        </form>
      </Panel>
      <Panel title="Those there are">
        <QueryView of={subjects}>
          {({ pages }) => (
            <ul>
              {pages
                .flatMap(({ items }) => items)
                .map((name) => (
                  <li key={`${name.type}/${name.id}`}>
                    <Link to="/subjects/$type/$id" params={{ type: name.type, id: name.id }}>
                      <bdi>{name.type}</bdi>/<bdi className="id">{name.id}</bdi>
                    </Link>
                  </li>
                ))}
            </ul>
          )}
        </QueryView>
        <MoreButton of={subjects} />
      </Panel>
    </Page>
  );
}
