import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { encodeErrorToFailure, encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { expect, it } from 'vitest';
import { readRecorded, readWorkflowEnd, readWorkflowInput } from '../../../temporal/history.ts';
import { readHeartbeat } from '../../../temporal/read-heartbeat.ts';
import { reversingCodec } from '../../support/reversing-codec.ts';

const { EventType } = proto.temporal.api.enums.v1;

type Event = temporal.api.history.v1.IHistoryEvent;

const workflow = { workflowId: 'a', runId: 'run-1' };
const dataConverter = { payloadCodecs: [reversingCodec] };
const { loadedDataConverter } = new Client({ connection: Connection.lazy(), dataConverter }).options;
const encoded = async (value: unknown) => ({ payloads: (await encodeToPayloads(loadedDataConverter, value)) ?? [] });
const started: Event = { workflowExecutionStartedEventAttributes: { input: await encoded({ name: 'input' }) } };
const left: Event = {
  markerRecordedEventAttributes: { markerName: 'core_local_activity', details: { result: await encoded({ name: 'left' }) } },
};
const completed: Event = {
  eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  workflowExecutionCompletedEventAttributes: { result: await encoded({ name: 'result' }) },
};

/** An engine that has what was written with a codec. */
function client(...events: readonly Event[]): Client {
  return {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: {
      getWorkflowExecutionHistory: async () => ({ history: { events } }),
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: events.toReversed() } }),
    },
  } as unknown as Client;
}

it('reads by the codecs of its client what a workflow was started with, what its local activities left, and its result', async () => {
  expect(await readWorkflowInput(client(started), workflow)).toEqual({ name: 'input' });
  expect(await readWorkflowEnd(client(started, completed), workflow)).toEqual({ kind: 'completed', result: { name: 'result' }, atMs: 0 });
  expect(await readRecorded(client(started, left, completed), workflow)).toMatchObject({
    input: { name: 'input' },
    results: [{ name: 'left' }],
    end: { result: { name: 'result' } },
  });
});

it('reads a failure by them, with its details', async () => {
  const error = ApplicationFailure.create({ message: 'there is none', type: 'no_stock', details: [{ name: 'first' }, 'second'] });
  const failure = await encodeErrorToFailure(loadedDataConverter, error);
  const failed: Event = {
    eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    workflowExecutionFailedEventAttributes: { failure },
  };

  expect(await readWorkflowEnd(client(started, failed), workflow)).toMatchObject({
    kind: 'failed',
    failure: { message: 'there is none', type: 'no_stock', details: [{ name: 'first' }, 'second'] },
  });
});

it('reads a heartbeat by them', async () => {
  const pendingActivities = [{ activityType: { name: 'action' }, heartbeatDetails: await encoded({ percent: 40, step: 'half way' }) }];
  const describing = Object.assign(client(), {
    workflow: { getHandle: () => ({ describe: async () => ({ raw: { pendingActivities } }) }) },
  });

  expect(await readHeartbeat(describing, workflow)).toEqual({ stage: 'action', progress: { percent: 40, step: 'half way' } });
});
