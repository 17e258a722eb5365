import { expect, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { parseReserved } from '../../../config/reserved.ts';

it('reads how many are kept for a tier', () => {
  expect(parseReserved('critical:2, high:1')).toEqual({ critical: 2, high: 1 });
  expect(parseReserved(' 3 ')).toEqual({ critical: 3 });
});

it.each(['critical', 'critical:', 'critical:-1', 'highest:1', 'critical:2,,high:1', 'critical:10001', '1.5'])('refuses "%s"', (text) => {
  expect(parseReserved(text)).toBeUndefined();
});

it('names the variable', () => {
  expect(() => parseEnvironment({ RESERVED_TASKS: 'many' })).toThrow(/RESERVED_TASKS: "many" is neither a number nor a list/);
});
