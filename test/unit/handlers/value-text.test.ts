import { expect, it } from 'vitest';
import { valueText } from '../../../handlers/value-text.ts';

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

it.each([
  [{ retries: 3, onEnd: () => undefined }, '{"retries":3}'],
  ['text', '"text"'],
  [undefined, 'undefined'],
  [Symbol('x'), 'Symbol(x)'],
  [12n, '12'],
  [cycle, 'a value that is not JSON (object)'],
])('shows %s as a text', (value, text) => {
  expect(valueText(value)).toBe(text);
});
