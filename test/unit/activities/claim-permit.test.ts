import type { Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createClaimPermit } from '../../../activities/claim-permit.ts';
import type { ClaimMessage } from '../../../temporal/durable/activities.ts';
import { createPermits } from '../../../domain/permits.ts';
import { toSearchAttributes } from '../../../temporal/durable/search-attributes.ts';

const message: ClaimMessage = {
  need: { key: 'host:shop.example', capacity: 10, reserved: { critical: 2 } },
  claim: { workflowId: 'acme/order-1', runId: 'run-a', event: 'order-1', tier: 'high', tenant: 'acme', sinceMs: 1_000 },
};

function fakeClient(signalWithStart: (type: string, options: unknown) => Promise<unknown>) {
  return { workflow: { signalWithStart } } as unknown as Client;
}

describe('claimPermit', () => {
  it("starts the key's one workflow with the claim in it, or sends the claim to the one that runs", async () => {
    const signalWithStart = vi.fn(async (_type: string, _options: unknown) => ({}));

    await createClaimPermit(fakeClient(signalWithStart))(message);

    expect(signalWithStart).toHaveBeenCalledExactlyOnceWith('limitConcurrency', {
      workflowId: '~limit/host:shop.example',
      taskQueue: 'heavy',
      args: [{ key: 'host:shop.example', permits: createPermits(10, { critical: 2 }) }],
      signal: 'claimPermit',
      signalArgs: [message],
      workflowTaskTimeout: '2s',
      typedSearchAttributes: toSearchAttributes({ Kind: 'internal' }),
      staticSummary: 'permits of host:shop.example',
    });
  });

  it('sends the very same when it is tried again, so that the claim counts once', async () => {
    const signalWithStart = vi.fn(async (_type: string, _options: unknown) => ({}));
    const claimPermit = createClaimPermit(fakeClient(signalWithStart));

    await claimPermit(message);
    await claimPermit(message);

    const [first, second] = signalWithStart.mock.calls;
    expect(second).toEqual(first);
  });

  it('fails when the engine does, so that it is tried again', async () => {
    const claimPermit = createClaimPermit(fakeClient(() => Promise.reject(new Error('unavailable'))));

    await expect(claimPermit(message)).rejects.toThrow('unavailable');
  });
});
