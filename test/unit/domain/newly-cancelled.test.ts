import { expect, it } from 'vitest';
import { createBatch } from '../../../domain/batch.ts';
import { newlyCancelled } from '../../../domain/newly-cancelled.ts';
import { cancelBatch, cancelItem } from '../../../domain/steer-batch.ts';
import { acceptedBatch } from './batch-samples.ts';

const batch = createBatch(
  acceptedBatch({
    pages: [
      { size: 4, kind: 's' },
      { size: 2, kind: 's' },
    ],
  }),
);

it('is what was cancelled by a change, and not what was before it', () => {
  const one = cancelItem(batch, 0, 2, 1);

  expect(newlyCancelled(batch, one)).toEqual([{ page: 0, ranges: '2' }]);
  expect(newlyCancelled(one, cancelBatch(one, 2))).toEqual([
    { page: 0, ranges: '0-1,3' },
    { page: 1, ranges: '0-1' },
  ]);
});

it('is nothing where nothing was', () => {
  const all = cancelBatch(batch, 1);

  expect(newlyCancelled(batch, batch)).toEqual([]);
  expect(newlyCancelled(all, cancelBatch(all, 2))).toEqual([]);
  expect(newlyCancelled({ ...batch, pages: [] }, all)).toEqual([]);
});
