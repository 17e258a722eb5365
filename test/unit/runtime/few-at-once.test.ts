import { expect, it } from 'vitest';
import { createFewAtOnce } from '../../../runtime/few-at-once.ts';

it('lets a few work at once, and the others in their order, whatever becomes of those before', async () => {
  const fewAtOnce = createFewAtOnce(2);
  const begun: number[] = [];
  const ends: ((failed: boolean) => void)[] = [];
  const all = Array.from({ length: 5 }, (_, index) =>
    fewAtOnce(async () => {
      begun.push(index);
      await new Promise<void>((resolve, reject) => ends.push((failed) => (failed ? reject(new Error('failed')) : resolve())));
      return index;
    }),
  );
  const settled = Promise.allSettled(all);
  for (let ended = 0; ended < 5; ended += 1) {
    await Promise.resolve();
    expect(begun).toEqual(Array.from({ length: Math.min(5, ended + 2) }, (_, index) => index));
    ends[ended]?.(ended === 1);
    await Promise.allSettled([all[ended]]);
  }
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(await fewAtOnce(async () => 'more')).toBe('more');
});
