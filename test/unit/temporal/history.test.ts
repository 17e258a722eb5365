import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import { readRecorded, readWorkflowEnd, readWorkflowInput } from '../../../temporal/history.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';

const { EventType } = proto.temporal.api.enums.v1;

type Event = temporal.api.history.v1.IHistoryEvent;

const started: Event = {
  eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  workflowExecutionStartedEventAttributes: {
    input: { payloads: [defaultPayloadConverter.toPayload('input')] },
    originalExecutionRunId: 'run-1',
  },
};
const ended: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED };
const history = [started, ended];

/** An engine that shows nothing in pages of less than so many events. */
function engine(smallest: { readonly backwards: number; readonly forwards: number }, events: readonly Event[] = history): Client {
  const page = (least: number, all: readonly Event[]) => async (request: { readonly maximumPageSize?: number }) => ({
    history: { events: (request.maximumPageSize ?? 256) < least ? [] : all.slice(0, request.maximumPageSize) },
    nextPageToken: new Uint8Array(),
  });
  return {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: {
      getWorkflowExecutionHistory: page(smallest.forwards, events),
      getWorkflowExecutionHistoryReverse: page(smallest.backwards, events.toReversed()),
    },
  } as unknown as Client;
}

const a = { workflowId: 'a' };

describe.each([
  ['the first event', 1],
  ['only a larger page', 64],
  ['only all of them', 256],
])('a history of which the engine shows %s', (_what, least) => {
  it('is read to its end', async () => {
    expect(await readWorkflowEnd(engine({ backwards: least, forwards: 256 }), a)).toEqual({ kind: 'terminated', atMs: 0 });
  });

  it('is read from its beginning', async () => {
    expect(await readWorkflowInput(engine({ backwards: 1, forwards: least }), a)).toBe('input');
    expect(await readRecorded(engine({ backwards: 1, forwards: least }), a)).toMatchObject({ input: 'input', runId: 'run-1' });
  });
});

it('takes an engine that shows nothing of a history for one that is away, not the workflow for one that is missing', async () => {
  const none = engine({ backwards: 1, forwards: 1 }, []);
  await expect(readWorkflowEnd(none, a)).rejects.toThrow(EngineUnavailableError);
  await expect(readWorkflowInput(none, a)).rejects.toThrow(EngineUnavailableError);
  await expect(readRecorded(none, a)).rejects.toThrow(EngineUnavailableError);
});

it('knows a missing workflow by what the engine says', async () => {
  const missing = Object.assign(new Error('no'), { name: 'ServiceError', code: 5, details: 'no', metadata: {} });
  const reject = async () => Promise.reject(missing);
  const client = engine({ backwards: 1, forwards: 1 });
  Object.assign(client.workflowService, { getWorkflowExecutionHistory: reject, getWorkflowExecutionHistoryReverse: reject });
  expect(await readWorkflowEnd(client, a)).toBeNull();
  expect(await readRecorded(client, a)).toBeNull();
  await expect(readWorkflowInput(client, a)).rejects.toThrow('no');
});
