import { expect, it } from 'vitest';
import { createFewASecond } from '../../../handlers/hosts/few-a-second.ts';

it('lets a few through in a second, and says how many were left out', () => {
  let nowMs = 7_000;
  const few = createFewASecond(() => nowMs);

  expect(Array.from({ length: 8 }, () => few.next())).toEqual([0, 0, 0, 0, 0, null, null, null]);
  nowMs = 8_000;
  expect([few.next(), few.next()]).toEqual([3, 0]);
});
