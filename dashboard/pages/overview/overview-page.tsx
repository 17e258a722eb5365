import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Page } from '../../elements/page.tsx';
import { Panel } from '../../elements/panel.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';
import { AttentionList } from './attention-list.tsx';
import { Breakers } from './breakers.tsx';
import { CauseTable } from './cause-table.tsx';
import { findAttention } from './find-attention.ts';
import { LatencyTable } from './latency-table.tsx';
import { NowFigures } from './now-figures.tsx';
import { PermitTable } from './permit-table.tsx';
import { Trends } from './trends.tsx';

/** How the service stands, what needs attention first. */
export function OverviewPage(): ReactNode {
  const stats = useQuery(queries.stats(60));
  const limits = useInfiniteQuery(queries.limits());
  const destinations = useInfiniteQuery(queries.destinations());
  const letters = useQuery(queries.deadLetters());
  const readiness = useQuery(queries.readiness());
  const found = findAttention({
    stats: stats.data,
    limits: limits.data?.pages.flatMap(({ items }) => items),
    destinations: destinations.data?.pages.flatMap(({ items }) => items),
    readiness: readiness.data,
    nowMs: Date.now(),
  });
  return (
    <Page title="Overview">
      <Panel title="What needs attention">
        <QueryView of={stats}>{() => <AttentionList found={found} />}</QueryView>
      </Panel>
      <Panel title="Now">
        <QueryView of={stats}>{(data) => <NowFigures stats={data} />}</QueryView>
      </Panel>
      <Trends />
      <div className="columns">
        <Panel title="What failed, by cause">
          <QueryView of={letters}>{({ items }) => <CauseTable letters={items} />}</QueryView>
        </Panel>
        <Panel title="How long events take, by tier">
          <QueryView of={stats}>{({ points }) => <LatencyTable points={points} />}</QueryView>
        </Panel>
        <Panel title="Permits">
          <QueryView of={stats}>{({ now }) => <PermitTable permits={now.permits} />}</QueryView>
        </Panel>
        <Panel title="Destinations of callbacks">
          <QueryView of={destinations}>{({ pages }) => <Breakers destinations={pages.flatMap(({ items }) => items)} />}</QueryView>
        </Panel>
      </div>
    </Page>
  );
}
