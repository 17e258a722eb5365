import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter, TimeoutFailure } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, vi } from 'vitest';
import type { AttemptDelivery } from '../../../activities/callbacks/attempt-delivery.ts';
import type { DestinationState } from '../../../activities/callbacks/destinations.ts';
import { createReadMessage } from '../../../activities/callbacks/read-message.ts';
import type { ReadMessageInput } from '../../../temporal/durable/activities.ts';
import { eventMessage } from '../../../domain/callback-message.ts';
import type { RecordedMessage } from '../../../domain/callback-message.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { CallbackRecord } from '../../../domain/callback-record.ts';
import { toChunk } from '../../../domain/chunk.ts';
import type { RunRecord } from '../../../domain/chunk.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, endRun, stateOf } from '../../../domain/event-run.ts';
import type { EndedPhase } from '../../../domain/event-run.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';

const { EventType } = proto.temporal.api.enums.v1;

const url = 'https://shop.example/hook';
const callback = { url, headers: {}, progress: false };
const event = acceptedEvent({ callback });
const workflow = { id: 'order-1', runId: 'run-a' };
const asked: ReadMessageInput = {
  workflow,
  target: { kind: 'event', tenant: 'default', owner: 'order-1', run: 1, callback },
  isDue: false,
};
const error = { code: 'no_stock', message: 'there is none', stage: 'action', retryable: false } as const;
const notSent = { attempt: null, nextAttemptAfterMs: 0, parkedAt: 'https://shop.example' };
const parked: CallbackRecord = { ...initialCallback(url), status: 'parked' };

interface Run {
  readonly end: temporal.api.history.v1.IHistoryEvent;
  readonly memo?: Readonly<Record<string, unknown>>;
  readonly resetTo?: string;
}

const open: Run = { end: { eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED } };
const terminated: Run = { end: { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED } };
const timedOut: Run = { end: { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT } };
const cancelled: Run = { end: { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED } };

function completed(record: RunRecord): Run {
  const result = { payloads: [defaultPayloadConverter.toPayload(record)] };
  const eventType = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
  return { end: { eventType, workflowExecutionCompletedEventAttributes: { result } } };
}

function failed(error: Error): Run {
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
  return { end: { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, workflowExecutionFailedEventAttributes: { failure } } };
}

/** An engine that knows some runs. */
function prepare(runs: Readonly<Record<string, Run>>, state: DestinationState = 'none') {
  const input = defaultPayloadConverter.toPayload(toChunk([event]));
  function find(runId: string): Run {
    const run = runs[runId];
    if (run === undefined) throw new WorkflowNotFoundError('gone', workflow.id, runId);
    return run;
  }
  const getHandle = (_workflowId: string, runId: string) => ({
    describe: async () => ({ memo: find(runId).memo, raw: { workflowExtendedInfo: { resetRunId: find(runId).resetTo ?? '' } } }),
  });
  const client = {
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    options: { namespace: 'default', loadedDataConverter },
    workflow: { getHandle },
    workflowService: {
      getWorkflowExecutionHistory: async () => ({
        history: { events: [{ workflowExecutionStartedEventAttributes: { input: { payloads: [input] } } }] },
      }),
      getWorkflowExecutionHistoryReverse: async ({ execution }: { readonly execution: { readonly runId: string } }) => ({
        history: { events: [find(execution.runId).end] },
      }),
    },
  };
  const attemptDelivery = vi.fn<AttemptDelivery>(async () => notSent);
  const destinations = { stateOf: async () => state, note: async () => state, noteHang: async () => state };
  const readMessage = createReadMessage({ client: client as unknown as Client, attemptDelivery, destinations });
  const read = async (input = asked): Promise<RecordedMessage | null> => new MockActivityEnvironment().run(readMessage, input);
  return { read, attemptDelivery, client };
}

/** What a workflow leaves whose only run has ended so. */
function left(phase: EndedPhase, record: CallbackRecord): RunRecord {
  return { ...stateOf(endRun(acceptRun(event), phase)), callback: record, runId: 'run-a' };
}

it.each<[EndedPhase, (ended: RunRecord) => Run]>([
  [{ status: 'completed', endedAtMs: NOON_MS }, completed],
  [
    { status: 'failed', endedAtMs: NOON_MS, error },
    (ended) => failed(ApplicationFailure.nonRetryable('there is none', 'no_stock', ended, 'sample:action:no_stock')),
  ],
  [{ status: 'cancelled', endedAtMs: NOON_MS }, (ended) => ({ ...cancelled, memo: { ended } })],
])('reads what would have been sent at once, and what is known of the callback, of a run that is %j', async (phase, toRun) => {
  const { read } = prepare({ 'run-a': toRun(left(phase, parked)) });

  expect(await read()).toEqual({
    message: eventMessage(toEventResource(endRun(acceptRun(event), phase), initialCallback(url), workflow)),
    callback: parked,
  });
});

it('fails as long as the run goes on', async () => {
  await expect(prepare({ 'run-a': open }).read()).rejects.toThrow('has not ended yet');
});

it('goes on to the run that it was reset to', async () => {
  const ended = left({ status: 'completed', endedAtMs: NOON_MS }, parked);
  const { read } = prepare({
    'run-a': { ...terminated, resetTo: 'run-b' },
    'run-b': completed(ended),
  });

  expect(await read()).toMatchObject({ message: { type: 'event.completed' } });
});

it.each<[string, Readonly<Record<string, Run>>]>([
  ['was terminated', { 'run-a': terminated }],
  ['ran out of time', { 'run-a': timedOut }],
  ['is gone', {}],
  ['was cancelled in the engine', { 'run-a': cancelled }],
  ['failed by an error of ours', { 'run-a': failed(ApplicationFailure.nonRetryable('a bug')) }],
  ['failed by a time limit of ours', { 'run-a': failed(new TimeoutFailure('late', undefined, 'START_TO_CLOSE')) }],
])('finds nothing to tell of a run that %s', async (_what, runs) => {
  expect(await prepare(runs).read()).toBeNull();
});

it('says what else the engine says', async () => {
  const { read, client } = prepare({});
  client.workflowService.getWorkflowExecutionHistoryReverse = () => Promise.reject(new Error('unavailable'));

  await expect(read()).rejects.toThrow('unavailable');
});

it.each<[string, DestinationState, CallbackRecord, boolean, number]>([
  ['says that what is due waits, as its destination is parked', 'open', parked, true, 1],
  ['says nothing of the destination of what was asked for', 'open', parked, false, 0],
  ['says nothing of one that is well', 'none', parked, true, 0],
  ['says nothing of one where nothing is left to send', 'open', { ...parked, status: 'delivered' }, true, 0],
])('%s', async (_what, state, record, isDue, times) => {
  const ended = left({ status: 'completed', endedAtMs: NOON_MS }, record);
  const { read, attemptDelivery } = prepare({ 'run-a': completed(ended) }, state);

  expect((await read({ ...asked, isDue }))?.parked).toEqual(times === 0 ? undefined : notSent);
  expect(attemptDelivery).toHaveBeenCalledTimes(times);
});
