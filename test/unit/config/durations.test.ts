import { expect, it } from 'vitest';
import { parseDurationMs } from '../../../config/durations.ts';

it.each([
  ['250ms', 250],
  ['5s', 5_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['1.5h', 5_400_000],
  ['0.0001s', 0],
  ['0s', 0],
  [' 5s ', 5_000],
])('reads "%s" as %i ms', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

it.each(['', '5', 's', '-5s', '5 s', '5S', '5sec', '1h30m', '.5s', '5.s', '1e3s', 'Infinityd', '5w'])(
  'does not read "%s" as a duration',
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  },
);
