import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';
import { CallbackList } from './callback-list.tsx';
import { FailSwitch } from './fail-switch.tsx';
import { KillPanel } from './kill-panel.tsx';
import { LoadPanel } from './load-panel.tsx';

/** What `tickless dev` has for trying out that nothing is lost. */
export function TryPage(): ReactNode {
  const asked = useQuery(queries.dev());
  return (
    <Page title="Try it">
      <QueryView of={asked}>
        {(dev) => (
          <>
            <div className="columns">
              <LoadPanel receiverUrl={dev.receiverUrl} />
              <KillPanel callbacks={dev.callbacks} />
            </div>
            <Panel title="What the receiver got" beside={<FailSwitch isFailing={dev.isFailing} />}>
              <p>
                Callbacks to <code>{dev.receiverUrl}</code> arrive here, also while the service is gone. The last 100 are kept, until{' '}
                <code>tickless dev</code> ends.
              </p>
              <CallbackList callbacks={dev.callbacks} />
            </Panel>
          </>
        )}
      </QueryView>
    </Page>
  );
}
