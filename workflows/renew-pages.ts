import { proxyActivities } from '@temporalio/workflow';
import type { BatchOfPage } from '../domain/batch-work.ts';
import type { Activities } from '../temporal/durable/activities.ts';
import { IN_BACKGROUND } from './watched.ts';

const { renewPages } = proxyActivities<Activities>(IN_BACKGROUND);

const RENEWED_AT_ONCE = 20;

/**
 * Keeps the pages of a batch again, page by page, which must last as long as it does now.
 * @param from the first of them; null where there is nothing to do
 */
export function createRenewal(batch: BatchOfPage, pageIds: readonly string[], from: number | null) {
  let next = from;

  /** Never rejects: it is tried again until it is done. */
  async function renew(first: number): Promise<void> {
    for (let page = first; page < pageIds.length; page += RENEWED_AT_ONCE) {
      next = page;
      await renewPages({ batch, pages: pageIds.slice(page, page + RENEWED_AT_ONCE) });
    }
    next = null;
  }

  return {
    /** Where a next run goes on with it; null once all is done. */
    next: () => next,
    begin() {
      if (next !== null) void renew(next);
    },
  };
}
