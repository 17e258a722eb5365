import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createReadItem, createReadItemKinds } from '../../../../activities/batch/read-item.ts';
import { acceptedEvent, NOON_MS } from '../../domain/event-samples.ts';
import { eventItem, heavyItem, rejectedItem } from '../../domain/batch-samples.ts';

const items = [eventItem({ id: 'night_0' }), heavyItem, rejectedItem()];
const readPage = (workflowId: string) =>
  workflowId === 'page-1' ? Promise.resolve({ items, runId: 'run-page' }) : Promise.reject(new Error('away'));

describe('readItem', () => {
  const readItem = createReadItem(readPage);

  it('gives the event as the run that it is read for', async () => {
    expect(await readItem({ page: 'page-1', offset: 0, run: 3 })).toEqual(acceptedEvent({ id: 'night_0', run: 3 }));
  });

  it.each([2, 3])('fails for good at %i, where there is no event', async (offset) => {
    const error = await readItem({ page: 'page-1', offset, run: 1 }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ nonRetryable: true, type: 'internal', message: `there is no event at ${offset} of "page-1"` });
  });

  it('fails as the page does, so that it is tried again', async () => {
    await expect(readItem({ page: 'page-2', offset: 0, run: 1 })).rejects.toThrow('away');
  });
});

describe('readItemKinds', () => {
  it('says how the items of a page run', async () => {
    expect(await createReadItemKinds(readPage)({ page: 'page-1', startedAtMs: NOON_MS, nowMs: NOON_MS })).toEqual({
      kinds: 's3s',
      dueAtMs: null,
    });
  });
});
