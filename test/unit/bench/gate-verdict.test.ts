import { expect, test } from 'vitest';
import { compare, medianOf, passes, toBaseline } from '../../../bench/gate/verdict.ts';

const spread = { lowest: 0.95, median: 1, highest: 1.1 };

test.each([
  [1.5, 'holds', 0.5],
  [0.8, 'holds', -0.2],
  [0.799, 'fell', -0.201],
] as const)('a ratio of %d against a median of 1 %s', (ratio, verdict, change) => {
  expect(compare({ batch: spread }, { batch: ratio })).toEqual([
    { name: 'batch', verdict, ratio, baseline: spread, change: expect.closeTo(change) },
  ]);
  expect(passes(compare({ batch: spread }, { batch: ratio }))).toBe(verdict === 'holds');
});

test('a ratio within what the baseline’s own runs were spread over has not fallen', () => {
  const wide = { lowest: 0.6, median: 1, highest: 1.4 };
  expect(compare({ batch: wide }, { batch: 0.6 })).toMatchObject([{ verdict: 'holds' }]);
  expect(compare({ batch: wide }, { batch: 0.59 })).toMatchObject([{ verdict: 'fell' }]);
});

test('what the baseline doesn’t know passes, and what is no longer measured does not', () => {
  const isNew = compare({}, { batch: 1 });
  expect(isNew).toEqual([{ name: 'batch', verdict: 'new', ratio: 1 }]);
  expect(passes(isNew)).toBe(true);
  const isGone = compare({ batch: spread }, {});
  expect(isGone).toEqual([{ name: 'batch', verdict: 'not measured', baseline: spread }]);
  expect(passes(isGone)).toBe(false);
});

test('one that fell is enough to fail, whatever the others did', () => {
  expect(passes(compare({ a: spread, b: spread }, { a: 2, b: 0.5 }))).toBe(false);
});

test('a ratio that is no number has fallen', () => {
  expect(compare({ batch: spread }, { batch: Number.NaN })).toMatchObject([{ verdict: 'fell' }]);
});

test('a baseline is what its runs came to', () => {
  expect(toBaseline([{ batch: 3 }, { batch: 1 }, { batch: 2 }])).toEqual({ batch: { lowest: 1, median: 2, highest: 3 } });
});

test.each([
  ['without runs', []],
  ['of runs that didn’t measure the same', [{ a: 1, b: 1 }, { a: 1 }]],
  ['of a ratio that is no number', [{ a: Number.NaN }]],
])('there is no baseline %s', (_title, runs) => {
  expect(() => toBaseline(runs as Record<string, number>[])).toThrow();
});

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  expect(medianOf([3])).toBe(3);
});
