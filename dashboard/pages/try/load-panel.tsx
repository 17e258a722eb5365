import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Panel } from '../../elements/panel.tsx';
import { Problem } from '../../elements/problem.tsx';
import { queries } from '../../service/queries.ts';
import { loadEvents, LOADED } from './load-events.ts';

/** Sends many events of a type at once. */
export function LoadPanel({ receiverUrl }: { readonly receiverUrl: string }): ReactNode {
  const { data: examples = {} } = useQuery(queries.examples());
  const types = Object.keys(examples);
  const [chosen, setChosen] = useState<string | null>(null);
  const [accepted, setAccepted] = useState(0);
  const type = chosen ?? types[0];
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (of: string) => loadEvents({ type: of, data: examples[of], receiverUrl, onAccepted: setAccepted }),
  });
  return (
    <Panel title={`Load ${LOADED} events`}>
      <p>They are sent with the example of their type, and call back to the receiver. What a kill interrupts is sent again under its id.</p>
      <label>
        Type{' '}
        <select value={type} onChange={({ target }) => setChosen(target.value)}>
          {types.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <div className="actions">
        <button type="button" disabled={isPending || type === undefined} onClick={() => type !== undefined && mutate(type)}>
          Load {LOADED} events
        </button>
      </div>
      {(isPending || isSuccess) && (
        <p role="status">
          {accepted} of {LOADED} are accepted.
        </p>
      )}
      {error && <Problem error={error} />}
    </Panel>
  );
}
