import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';

/** The way to a subject, which nobody lists: it is known by its type and id. */
export function SubjectsPage(): ReactNode {
  const navigate = useNavigate();
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
    </Page>
  );
}
