import { ApplicationFailure } from '@temporalio/common';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { kindOf } from '../../domain/accepted-batch.ts';
import type { ItemKind } from '../../domain/accepted-batch.ts';
import type { ItemReference } from '../../domain/batch-work.ts';
import type { ReadPage } from './read-page.ts';

/** Gives an item to the workflow of its own that runs it. Only reads. */
export function createReadItem(readPage: ReadPage) {
  return async function readItem({ page, offset, run }: ItemReference): Promise<AcceptedEvent> {
    const item = (await readPage(page))[offset];
    if (item?.kind !== 'event') throw ApplicationFailure.nonRetryable(`there is no event at ${offset} of "${page}"`, 'internal');
    return { ...item.event, run };
  };
}

/** Says which items of a page share a workflow. Only reads. */
export function createReadItemKinds(readPage: ReadPage) {
  return async function readItemKinds({ page }: { readonly page: string }): Promise<readonly ItemKind[]> {
    return (await readPage(page)).map(kindOf);
  };
}
