import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { DevResource } from '../../../domain/dev-resource.ts';
import { Facts } from '../../elements/facts.tsx';
import { Panel } from '../../elements/panel.tsx';
import { Problem } from '../../elements/problem.tsx';
import { formatNumber } from '../../format/count.ts';
import { client } from '../../service/client.ts';
import { queryClient } from '../../service/query-client.ts';
import { countSurvivors } from './count-survivors.ts';
import { killService } from './kill-service.ts';
import type { Killed } from './kill-service.ts';

// As many as the service lists at once, the newest.
const LOOKED_AT = 200;
const ASK_AGAIN_AFTER_MS = 2_000;

/** Kills the service as hard as can be, and shows what went on by itself. */
export function KillPanel({ callbacks }: Pick<DevResource, 'callbacks'>): ReactNode {
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: killService,
    onSuccess: () => queryClient.invalidateQueries(),
  });
  return (
    <Panel title="Kill the service">
      <p>
        SIGKILL ends the process that has the API and runs the workers. <code>tickless dev</code> starts it again at once, and whatever was
        accepted goes on.
      </p>
      <div className="actions">
        <button type="button" data-dangerous disabled={isPending} onClick={() => mutate()}>
          Kill the service now
        </button>
      </div>
      <p role="status">
        {isPending && 'Waiting for the service to be there again…'}
        {data && 'The service is there again.'}
      </p>
      {data && <Aftermath killed={data} callbacks={callbacks.filter(({ receivedAt }) => receivedAt > data.at).length} />}
      {error && <Problem error={error} />}
    </Panel>
  );
}

function Aftermath({ killed: { at, awayMs }, callbacks }: { readonly killed: Killed; readonly callbacks: number }): ReactNode {
  const { data } = useQuery({
    queryKey: ['events', 'survivors', at],
    queryFn: async () => countSurvivors((await client.events.list({ limit: LOOKED_AT })).items, at),
    refetchInterval: ASK_AGAIN_AFTER_MS,
  });
  return (
    <Facts
      facts={{
        'Nobody was there for': `${formatNumber(Math.round(awayMs))} ms`,
        'Under way at the kill': data && formatNumber(data.open),
        'Of these ended since': data && formatNumber(data.ended),
        'Callbacks since': formatNumber(callbacks),
      }}
    />
  );
}
