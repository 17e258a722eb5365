import { expect, it } from 'vitest';
import type { BatchService } from '../../../api/batch-service.ts';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import { waitForBatch } from '../../../events/sessions/older/wait-for-batch.ts';
import type { Page } from '../../../api/page.ts';
import type { ItemResource } from '../../../api/batch-service.ts';

const key = { tenant: 'default', id: 'b' };

/** A batch of two pages that has ended at the n-th look, and whose first look fails. */
function endingAt(looks: number): Pick<BatchService, 'get' | 'items'> {
  let seen = 0;
  return {
    get: async () => {
      seen += 1;
      if (seen === 1) throw new EngineUnavailableError('away');
      return { completedAt: seen < looks ? null : '2026-01-01T12:00:00.000Z' } as Awaited<ReturnType<BatchService['get']>>;
    },
    items: async ({ cursor }) => {
      const items = [{ index: cursor === undefined ? 0 : 1 }];
      return { items, nextCursor: cursor === undefined ? 'more' : null } as unknown as Page<ItemResource>;
    },
  };
}

it('gives all items once they have ended, however long the engine was away', async () => {
  const items = await waitForBatch(endingAt(3), key, { waitMs: 10_000, signal: new AbortController().signal });

  expect(items).toEqual([{ index: 0 }, { index: 1 }]);
});

it('gives up in time, and at once when nobody waits any more', async () => {
  const never = endingAt(Infinity);

  expect(await waitForBatch(never, key, { waitMs: 1, signal: new AbortController().signal })).toBeNull();
  expect(await waitForBatch(never, key, { waitMs: 600_000, signal: AbortSignal.timeout(10) })).toBeNull();
});

it('passes on what is not about the engine being away', async () => {
  const broken = { ...endingAt(1), get: () => Promise.reject(new Error('a fault of ours')) };

  await expect(waitForBatch(broken, key, { waitMs: 1_000, signal: new AbortController().signal })).rejects.toThrow('a fault of ours');
});
