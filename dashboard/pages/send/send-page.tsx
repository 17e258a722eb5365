import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '../../elements/page.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { hasDev } from '../../service/dev.ts';
import { queries } from '../../service/queries.ts';
import { SendForm } from './send-form.tsx';

/** An event of any type, written by hand and sent. */
export function SendPage(): ReactNode {
  const { type: asked } = useSearch({ from: '/send' });
  const types = useQuery(queries.types());
  const type = asked ?? types.data?.items[0]?.type;
  return (
    <Page title="Send" beside={<TypeChoice chosen={type} types={types.data?.items.map((each) => each.type) ?? []} />}>
      <QueryView of={types}>
        {({ items }) =>
          items.length === 0 ? <p className="quiet">This service has no event types yet.</p> : type && <OfType type={type} />
        }
      </QueryView>
    </Page>
  );
}

function TypeChoice({ chosen, types }: { readonly chosen: string | undefined; readonly types: readonly string[] }): ReactNode {
  const navigate = useNavigate();
  return (
    <label>
      Type{' '}
      <select value={chosen} onChange={({ target }) => void navigate({ to: '/send', search: { type: target.value }, replace: true })}>
        {types.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </select>
    </label>
  );
}

function OfType({ type }: { readonly type: string }): ReactNode {
  const found = useQuery(queries.type(type));
  const examples = useQuery(queries.examples());
  const dev = useQuery({ ...queries.dev(), enabled: hasDev, refetchInterval: false });
  // Without examples the form begins empty, and without a receiver with no callback.
  if (examples.isPending || dev.isLoading) return <p className="quiet">Loading…</p>;
  return (
    <QueryView of={found}>
      {(data) => <SendForm key={type} type={data} example={examples.data?.[type]} receiverUrl={dev.data?.receiverUrl ?? null} />}
    </QueryView>
  );
}
