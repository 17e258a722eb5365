import type { ReactNode } from 'react';
import type { BatchResource } from '../../../domain/batch-resource.ts';
import { formatNumber } from '../../format/count.ts';

/** How far a batch is, in a bar and in words. */
export function BatchProgress({ batch: { percent, counts } }: { readonly batch: BatchResource }): ReactNode {
  return (
    <>
      <progress max={100} value={percent} aria-label="Progress" /> {formatNumber(percent)} % of {formatNumber(counts.total)}
      {counts.failed > 0 && `, ${formatNumber(counts.failed)} failed`}
    </>
  );
}
