import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commonMessage } from '../../../domain/common-message.ts';

it.each([
  ['order 17 of 2026-01-01 failed after 1,250.50 ms', 'order … of …-…-… failed after … ms'],
  ['no such customer "Ann" in \'shop one\'', 'no such customer "…" in "…"'],
  ['e~0190a1b2-0000-7000-8000-000000000001 is gone', 'e~… is gone'],
  ['key sk_live_12345678abc was refused', 'key … was refused'],
  ['  spaces \n and   lines ', 'spaces and lines'],
  ["it's over, isn't it", "it's over, isn't it"],
  ['', ''],
])('of %j is %j', (message, common) => {
  expect(commonMessage(message)).toBe(common);
});

it('has a bound, and no digits', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), (message) => {
      const common = commonMessage(message);
      expect(common.length).toBeLessThanOrEqual(200);
      expect(common).not.toMatch(/\d/);
    }),
  );
});
