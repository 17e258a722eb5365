import { expect, it } from 'vitest';
import { byNewest, earliestNeeded, guessBefore, isAfter, toNewest, widened } from '../../../domain/newest.ts';

const at = (startedAtUs: number, runId = 'a') => ({ startedAtUs, runId });

it('puts first what began last, and then by the run', () => {
  expect([at(1), at(2, 'b'), at(3), at(2, 'c')].toSorted(byNewest)).toEqual([at(3), at(2, 'c'), at(2, 'b'), at(1)]);
  expect(byNewest(at(1), at(1))).toBe(0);
});

it('says what is still to be shown', () => {
  expect(isAfter(at(2), null)).toBe(true);
  expect([at(3), at(2), at(1)].map((one) => isAfter(one, { ...at(2), isShown: true }))).toEqual([false, false, true]);
  expect([at(3), at(2), at(1)].map((one) => isAfter(one, { ...at(2), isShown: false }))).toEqual([false, true, true]);
});

it('needs nothing that began before one more than are asked for', () => {
  expect(earliestNeeded([at(1), at(4), at(3), at(2)], 2)).toBe(2);
  expect(earliestNeeded([at(1), at(4)], 2)).toBeNull();
});

it('goes on with what began earlier where less is left than was counted on', () => {
  expect(toNewest([at(5), at(6), at(7)], { count: 2, fromUs: 4 })).toEqual({ shown: [at(7), at(6)], next: { ...at(6), isShown: true } });
  expect(toNewest([at(5)], { count: 2, fromUs: null })).toEqual({ shown: [at(5)], next: null });
  const { shown, next } = toNewest([at(5), at(4)], { count: 2, fromUs: 4 });
  expect(shown).toHaveLength(2);
  expect([at(5), at(4, 'b'), at(3)].map((one) => isAfter(one, next))).toEqual([false, false, true]);
});

it('guesses since when there are as many as before, and widens what was too little', () => {
  expect(guessBefore(at(1_000), 100)).toBe(850);
  expect(guessBefore(at(10), 100)).toBe(0);
  expect(widened(900, at(1_000))).toBe(600);
  expect(widened(1_000, at(1_000))).toBe(996);
  expect(widened(10, at(1_000))).toBe(0);
  expect(widened(900, null)).toBeNull();
  expect(widened(null, at(1_000))).toBeNull();
});
