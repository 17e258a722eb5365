import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WORKFLOWS } from '../../../temporal/durable/names.ts';
import {
  allOf,
  is,
  isClosedSince,
  isOfType,
  isOpen,
  isSince,
  oneOf,
  startedBy,
  startedSince,
  startsWith,
} from '../../../temporal/list-query.ts';

it('writes conditions as the engine reads them', () => {
  expect(allOf(isOfType(WORKFLOWS.keepPage), isOpen(), isSince(0))).toBe(
    "WorkflowType = 'keepPage' AND ExecutionStatus = 'Running' AND StartTime >= '1970-01-01T00:00:00.000Z'",
  );
  expect(oneOf('Tier', ['low', 'high'])).toBe("Tier IN ('low', 'high')");
  expect([startedSince(0), startedBy(1_767_225_600_000_042), isClosedSince(1_999_999)]).toEqual([
    "StartTime >= '1970-01-01T00:00:00.000000Z'",
    "StartTime <= '2026-01-01T00:00:00.000042Z'",
    "CloseTime >= '1970-01-01T00:00:01.999999Z'",
  ]);
  expect(startsWith('Subject', 'life/')).toBe("Subject STARTS_WITH 'life/'");
});

it('lets no value end its quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("'", '"', '\\', '%', ' ', 'a', '\n', '\u0000') }), (text) => {
      for (const condition of [is('Tenant', text), oneOf('Tenant', [text]), startsWith('Tenant', text)]) {
        expect(condition).toMatch(/^Tenant (=|IN|STARTS_WITH) \(?'[^'"\\\n]*'\)?$/);
      }
    }),
  );
});
