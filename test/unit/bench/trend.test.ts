import { expect, test } from 'vitest';
import { trend } from '../../../bench/trend.ts';

test('points on a line have its slope, and no error', () => {
  expect(trend([1, 2, 3, 4].map((x) => ({ x, y: 3 * x + 1 })))).toEqual({ slope: 3, standardError: 0 });
});

test('the standard error is that of the residuals', () => {
  const { slope, standardError } = trend([0, 2, 1, 3].map((y, x) => ({ x, y })));

  expect(slope).toBeCloseTo(0.8);
  // Residuals −0.3, 0.9, −0.9, 0.3: their squares' sum 1.8, over 2 degrees of freedom, over the spread of x, 5.
  expect(standardError).toBeCloseTo(Math.sqrt(1.8 / 2 / 5));
});
