import type { BatchResource } from '../domain/batch-resource.ts';
import type { BatchWhy } from './explain-batch.ts';
import { lines } from './render.ts';
import type { Paint } from './render.ts';

/** A batch for somebody who asked for an id: it says that it is one. */
export function renderBatchInFull(batch: BatchResource, paint: Paint): string {
  const { id, name, mode, status, counts, percent, acceptedAt, completedAt, etaSeconds, failures, callback } = batch;
  return lines(`${id}  batch  ${mode}  ${paint(status)}`, [
    ['name', name],
    ['accepted', acceptedAt],
    ['ended', completedAt],
    ['items', `${renderCounts(counts)} (${percent}% have ended)`],
    ['left', etaSeconds === null ? null : `${etaSeconds} s`],
    ...failures.map(({ cause, count, example }) => ['failed', `${count} × ${cause}, such as ${example}`] as const),
    ['callback', callback.status === 'none' ? null : `${callback.status}  ${callback.url}`],
  ]);
}

export function renderBatchWhy({ id, status, summary, since, counts, details }: BatchWhy, paint: Paint): string {
  return lines(`${id}  batch  ${paint(status)}  ${summary}`, [
    ['since', since],
    ['items', renderCounts(counts)],
    ...Object.entries(details).map(([name, value]) => [name, value === null ? null : String(value)] as const),
  ]);
}

/** `100 in all: 40 completed, 60 pending`; what there is none of isn't named. */
function renderCounts({ total, ...counts }: BatchResource['counts']): string {
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  return `${total} in all: ${named.map(([status, count]) => `${count} ${status}`).join(', ')}`;
}
