import type { BatchResource } from '../domain/batch-resource.ts';

/** Why a batch is where it is; what each of its items waits for is a question of its own. */
export interface BatchWhy extends Pick<BatchResource, 'id' | 'status' | 'counts'> {
  readonly kind: 'batch';
  readonly summary: string;
  /** Since when it runs, or has ended; ISO 8601. */
  readonly since: string;
  readonly details: Pick<BatchResource, 'maxParallel' | 'percent' | 'ratePerSecond' | 'etaSeconds'>;
}

export function explainBatch(batch: BatchResource): BatchWhy {
  const { id, status, counts, startedAt, completedAt, maxParallel, percent, ratePerSecond, etaSeconds } = batch;
  return {
    id,
    kind: 'batch',
    status,
    counts,
    summary: summarise(batch),
    since: completedAt ?? startedAt,
    details: { maxParallel, percent, ratePerSecond, etaSeconds },
  };
}

function summarise({ status, mode, maxParallel, counts: { pending, running, failed, cancelled, total } }: BatchResource): string {
  if (status === 'paused') return `it is paused: ${pending} of its items do not begin before it is resumed, ${running} go on`;
  if (status !== 'running') return `it has ended: of ${total} items ${failed} failed, and ${cancelled} were cancelled`;
  const pace = mode === 'sequential' ? 'one after the other' : `at most ${maxParallel} at once`;
  return `it waits for its items, which run ${pace}: ${running} are under way, ${pending} have not begun`;
}
