import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { kindsOf } from '../../domain/item-kind.ts';
import type { BatchMoment, PageKinds } from '../../domain/item-kind.ts';
import type { ItemReference } from '../../domain/batch-work.ts';
import type { ReadPage } from './read-page.ts';

/** Gives an item to the workflow of its own that runs it. Only reads. */
export function createReadItem(readPage: ReadPage) {
  return async function readItem({ page, offset, run }: ItemReference): Promise<AcceptedEvent> {
    const item = (await readPage(page)).items[offset];
    if (item?.kind !== 'event') throw ApplicationFailure.nonRetryable(`there is no event at ${offset} of "${page}"`, 'internal');
    return { ...item.event, run };
  };
}

/** Says how the items of a page are to be run at a moment. Only reads. */
export function createReadItemKinds(readPage: ReadPage) {
  return async function readItemKinds({ page, ...moment }: BatchMoment & { readonly page: string }): Promise<PageKinds> {
    return kindsOf((await readPage(page)).items, moment);
  };
}
