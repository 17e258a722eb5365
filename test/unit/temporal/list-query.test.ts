import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WORKFLOWS } from '../../../temporal/durable/names.ts';
import { allOf, is, isNot, isOfType, isOpen, isSince, oneOf, startsWith } from '../../../temporal/list-query.ts';

it('writes conditions as the engine reads them', () => {
  expect(allOf(isOfType(WORKFLOWS.keepPage), isOpen(), isNot('WorkflowId', 'a'), isSince(0))).toBe(
    "WorkflowType = 'keepPage' AND ExecutionStatus = 'Running' AND WorkflowId != 'a' AND StartTime >= '1970-01-01T00:00:00.000Z'",
  );
  expect(oneOf('Tier', ['low', 'high'])).toBe("Tier IN ('low', 'high')");
  expect(startsWith('Subject', 'life/')).toBe("Subject STARTS_WITH 'life/'");
});

it('lets no value end its quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("'", '"', '\\', '%', ' ', 'a', '\n', '\u0000') }), (text) => {
      for (const condition of [is('Tenant', text), isNot('Tenant', text), oneOf('Tenant', [text]), startsWith('Tenant', text)]) {
        expect(condition).toMatch(/^Tenant (=|!=|IN|STARTS_WITH) \(?'[^'"\\\n]*'\)?$/);
      }
    }),
  );
});
