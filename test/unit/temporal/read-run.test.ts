import { Client, Connection } from '@temporalio/client';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { expect, it } from 'vitest';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { readRun } from '../../../api/temporal/read-run.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toChunk } from '../../../domain/chunk.ts';
import { acceptRun, beginAttempt, reportProgress, stateOf } from '../../../domain/event-run.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

const event = acceptedEvent({ id: 'order-1', plan: { ...lightPlan, weight: 'heavy', respondAfterRecord: true } });
const said = { step: 'load', percent: 40, message: 'half way' };
const { loadedDataConverter } = new Client({ connection: Connection.lazy() }).options;

/**
 * An engine that is asked two things, and between whose answers an attempt ends: until then its heartbeat has what it said, from then on
 * the workflow.
 */
async function engine(stage: string): Promise<Client> {
  const payloads = (await encodeToPayloads(loadedDataConverter, said)) ?? [];
  const under = beginAttempt(acceptRun(event), 'action');
  let asked = 0;
  const handle = {
    describe: async () => ({
      raw: { pendingActivities: asked++ === 0 ? [{ activityType: { name: stage }, heartbeatDetails: { payloads } }] : [] },
    }),
    query: async () => ({
      ...stateOf(asked++ === 0 ? under : reportProgress(under, said)),
      callback: initialCallback(null),
      runId: 'run-1',
    }),
  };
  return {
    options: { loadedDataConverter, namespace: 'default' },
    withDeadline: <T>(_deadline: number, call: () => T) => call(),
    workflow: { getHandle: () => handle },
  } as unknown as Client;
}

async function progressOf(client: Client): Promise<unknown> {
  const execution = { workflowId: 'order-1' };
  const found = { execution, events: [event], chunk: toChunk([event]), end: { kind: 'open' } as const, firstRunId: 'run-1' };
  return (await readRun(client, createLiveRuns(), found, 0))?.progress;
}

it('shows what an attempt has said that ends while its run is read', async () => {
  expect(await progressOf(await engine('action'))).toEqual(said);
});

it('shows nothing that was said of another stage', async () => {
  const client = await engine('meaning');
  const handle = client.workflow.getHandle('order-1');
  Object.assign(handle, {
    query: async () => ({ ...stateOf(beginAttempt(acceptRun(event), 'action')), callback: initialCallback(null), runId: 'run-1' }),
  });
  expect(await progressOf(client)).toBeNull();
});
