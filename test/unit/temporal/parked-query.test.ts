import { expect, it } from 'vitest';
import { parkedQuery } from '../../../temporal/parked-query.ts';

it('finds what is parked for a destination by the index, whatever characters it has', () => {
  expect(parkedQuery({ tenant: 'acme', origin: "https://o'neill.example:8443" })).toBe(
    "WorkflowType = 'deliverCallback' AND ExecutionStatus = 'Running' AND Destination = 'https://o%27neill.example:8443' AND Tenant = 'acme'",
  );
});
