import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { MoreButton } from '../../elements/more-button.tsx';
import { Page } from '../../elements/page.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { queries } from '../../service/queries.ts';
import { LimitPanel } from './limit-panel.tsx';

/** Which events may be at work at once, by limit. */
export function LimitsPage(): ReactNode {
  const limits = useInfiniteQuery(queries.limits());
  return (
    <Page title="Limits">
      <QueryView of={limits}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <p className="quiet">No limit is in use.</p>;
          return items.map((limit) => <LimitPanel key={limit.key} limit={limit} />);
        }}
      </QueryView>
      <MoreButton of={limits} />
    </Page>
  );
}
