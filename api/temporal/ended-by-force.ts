import type { Batch } from '../../domain/batch.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { PagesAnswer } from '../../domain/batch-work.ts';
import { itemId } from '../../domain/event-id.ts';
import type { ForcedEnd } from '../../temporal/forced-end.ts';

/** The items that had no verdict then count as failed with the batch. What ran comes to its own end all the same. */
export function endedByForce(resource: BatchResource, { pages }: Batch, { code, atMs }: ForcedEnd): BatchResource {
  const { counts, failures } = resource;
  const open = counts.pending + counts.running;
  const example = pages
    .map(({ marks }) => marks)
    .join('')
    .search(/[pr]/);
  return {
    ...resource,
    status: 'failed',
    counts: { ...counts, pending: 0, running: 0, failed: counts.failed + open },
    percent: 100,
    etaSeconds: null,
    completedAt: new Date(atMs).toISOString(),
    failures: open === 0 ? failures : [...failures, { cause: code, count: open, example: itemId(resource.id, example) }],
  };
}

/** What had not been started never will be. */
export function pagesByForce(answer: PagesAnswer, forced: ForcedEnd): PagesAnswer & { readonly forced: ForcedEnd } {
  return { ...answer, forced, pages: answer.pages.map((page) => ({ ...page, marks: page.marks.replaceAll('p', 'f') })) };
}
