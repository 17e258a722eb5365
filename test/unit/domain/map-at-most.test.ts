import { expect, it } from 'vitest';
import { mapAtMost } from '../../../domain/map-at-most.ts';

it('maps values in their order, never more of them at once than it may', async () => {
  let open = 0;
  let most = 0;

  const mapped = await mapAtMost([5, 1, 4, 2, 3], 2, async (value) => {
    open += 1;
    most = Math.max(most, open);
    for (let turn = 0; turn < value; turn += 1) await Promise.resolve();
    open -= 1;
    return value * 10;
  });

  expect(mapped).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
  expect(await mapAtMost([], 2, async () => 1)).toEqual([]);
});

it('fails as the first that fails does', async () => {
  await expect(mapAtMost([1, 2], 2, (value) => Promise.reject(new Error(`no ${value}`)))).rejects.toThrow('no 1');
});

it('begins nothing more once one has failed', async () => {
  const begun: number[] = [];

  const mapping = mapAtMost([1, 2, 3, 4], 2, async (value) => {
    begun.push(value);
    await Promise.resolve();
    if (value === 1) throw new Error('no');
    await Promise.resolve();
  });

  await expect(mapping).rejects.toThrow('no');
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([1, 2]);
});
