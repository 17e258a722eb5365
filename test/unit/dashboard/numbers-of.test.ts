import { expect, it } from 'vitest';
import { numbersOf } from '../../../dashboard/pages/subjects/numbers-of.ts';

it('says of each number what it was at each version, also where that has not changed it', () => {
  const change = (version: number, changes: object[]) => ({ version, events: 1, at: null, changes: changes as never });
  const newestFirst = [
    change(4, [{ pointer: '/mood', before: 'calm', after: 'low' }]),
    change(3, [{ pointer: '/energy', before: 9, after: 8 }]),
    change(2, [{ pointer: '/fresh', after: 1 }]),
  ];
  const { versions, numbers } = numbersOf(newestFirst);
  expect(versions).toEqual([2, 3, 4]);
  expect(Object.fromEntries(numbers)).toEqual({ '/fresh': [1, 1, 1], '/energy': [9, 8, 8] });
});

it('shows nothing of a number before it was there', () => {
  const changes = [
    { version: 2, events: 1, at: null, changes: [{ pointer: '/late', after: 5 }] },
    { version: 1, events: 1, at: null, changes: [] },
  ];
  expect(numbersOf(changes).numbers.get('/late')).toEqual([null, 5]);
});
