import { describe, expect, it } from 'vitest';
import { destinationWorkflowId, parkedQuery } from '../../../domain/destination.ts';

const destination = { tenant: 'acme', origin: "https://o'neill.example:8443" };

describe('a destination', () => {
  it('has a workflow of its own for each tenant', () => {
    expect(destinationWorkflowId(destination)).toBe('~destination/acme/https://o%27neill.example:8443');
    expect(destinationWorkflowId({ ...destination, tenant: 'other' })).not.toBe(destinationWorkflowId(destination));
  });

  it('finds what is parked for it by the index, whatever characters it has', () => {
    expect(parkedQuery(destination)).toBe(
      "WorkflowType = 'deliverCallback' AND ExecutionStatus = 'Running' AND Destination = 'https://o%27neill.example:8443' AND Tenant = 'acme'",
    );
  });
});
