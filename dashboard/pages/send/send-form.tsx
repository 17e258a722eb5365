import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { EventTypeResource } from '../../../client/resource-types.ts';
import { TicklessError } from '../../../client/tickless-error.ts';
import { Panel } from '../../elements/panel.tsx';
import { Problem } from '../../elements/problem.tsx';
import { client } from '../../service/client.ts';
import { queryClient } from '../../service/query-client.ts';
import { Answer } from './answer.tsx';
import { CodeViews } from './code-views.tsx';
import { DataField } from './data-field.tsx';
import { EMPTY_DRAFT, toRequest } from './draft.ts';
import type { Draft } from './draft.ts';
import { EnvelopeFields } from './envelope-fields.tsx';

export interface SendFormProps {
  readonly type: EventTypeResource;
  /** Data that the type takes; undefined where none is known. */
  readonly example: unknown;
  /** Of `tickless dev`. */
  readonly receiverUrl: string | null;
}

/** An event of a type, written and sent. */
export function SendForm({ type, example, receiverUrl }: SendFormProps): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => ({
    ...EMPTY_DRAFT,
    type: type.type,
    data: example ?? {},
    callbackUrl: receiverUrl ?? '',
  }));
  const [isValid, setValid] = useState(true);
  // Counts what the data was set to as a whole, after which its fields begin anew.
  const [version, setVersion] = useState(0);
  const request = toRequest(draft);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => client.events.submit(request.event, { ...(request.waitSeconds !== null && { waitSeconds: request.waitSeconds }) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['events'] }),
  });
  const setData = (value: unknown): void => {
    setDraft({ ...draft, data: value });
    setVersion(version + 1);
    setValid(true);
  };
  return (
    <form
      // The service says what is wrong, beside each field.
      noValidate
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (isValid) mutate();
      }}
    >
      <Panel
        title="Data"
        beside={
          <div className="actions">
            {example !== undefined && (
              <button type="button" onClick={() => setData(example)}>
                Use the example
              </button>
            )}
            <button type="button" onClick={() => setData({})}>
              Empty it
            </button>
          </div>
        }
      >
        <DataField
          key={version}
          schema={type.schema}
          data={draft.data}
          faults={error instanceof TicklessError ? error.errors : []}
          onChange={(value) => setDraft((before) => ({ ...before, data: value }))}
          onValid={setValid}
        />
      </Panel>
      <Panel title="The event">
        <EnvelopeFields draft={draft} onChange={(change) => setDraft((before) => ({ ...before, ...change }))} />
        {receiverUrl !== null && draft.callbackUrl === receiverUrl && (
          <p>
            Its callback goes to the receiver of <code>tickless dev</code>: <Link to="/try">what has arrived there</Link>
          </p>
        )}
        <div className="actions">
          <button type="submit" className="main" disabled={!isValid || isPending}>
            {isPending ? 'Sending…' : 'Send'}
          </button>
        </div>
        {error && <Problem error={error} />}
        {data && <Answer answer={data} />}
      </Panel>
      <Panel title="The same as code">
        <CodeViews request={request} />
      </Panel>
    </form>
  );
}
