import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { createTemporalEventService } from '../../../api/temporal/temporal-event-service.ts';
import { callEngine } from '../../../temporal/engine-call.ts';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';

/** An engine that answers for itself, and to a read with this error. */
function engineWith(readError: Error): Client {
  const client = {
    options: { namespace: 'default' },
    withDeadline: (_deadline: number, call: () => unknown) => call(),
    workflowService: {
      getSystemInfo: async () => ({ serverVersion: '1.29.1' }),
      describeWorkflowExecution: () => Promise.reject(readError),
    },
  };
  return client as unknown as Client;
}

function healthOf(client: Client) {
  const events = createTemporalEventService({
    client,
    now: Date.now,
    liveRuns: createLiveRuns(),
    address: 'engine:7233',
    uiUrl: null,
    queues: ['light'],
    items: { item: async () => null, acceptedItem: async () => null, cancelItem: async () => 'not_found', whyItem: async () => null },
    stopping: new AbortController().signal,
    onEagerMiss: () => undefined,
    observeEnd: () => undefined,
    inFlight: () => 0,
    callbacksUnderWay: () => 0,
    runAhead: () => undefined,
    withdraw: () => false,
  });
  return events.health();
}

function grpcError(code: number, details: string): Error {
  return Object.assign(new Error(details), { name: 'ServiceError', code, details, metadata: {} });
}

const noWorkflow = grpcError(5, 'workflow not found for ID: ~readyz');

it('is well where the engine has looked into its database', async () => {
  expect(await healthOf(engineWith(noWorkflow))).toMatchObject({ engine: { version: '1.29.1' } });
});

it.each([
  grpcError(5, 'Namespace default is not found.'),
  grpcError(13, 'database disk image is malformed (11)'),
  grpcError(14, 'disk I/O error'),
])('is not well where a read fails: %s', async (error) => {
  await expect(healthOf(engineWith(error))).rejects.toThrow(EngineUnavailableError);
});

it('is not well after a write that failed, until one is done', async () => {
  const client = engineWith(noWorkflow);
  const full = grpcError(13, 'database or disk is full (13)');
  await expect(callEngine(client, 1_000, () => Promise.reject(full))).rejects.toThrow(EngineUnavailableError);
  await expect(healthOf(client)).rejects.toThrow('database or disk is full (13)');
  await callEngine(client, 1_000, async () => undefined);
  expect(await healthOf(client)).toMatchObject({ engine: { version: '1.29.1' } });
});
