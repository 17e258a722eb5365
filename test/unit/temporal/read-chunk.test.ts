import type { Client } from '@temporalio/client';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { describe, expect, it, vi } from 'vitest';
import { recordSuccess } from '../../../domain/attempt.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toChunk } from '../../../domain/chunk.ts';
import type { ChunkOutcome, RunRecord } from '../../../domain/chunk.ts';
import { acceptRun, beginAttempt, endRun, stateOf } from '../../../domain/event-run.ts';
import type { EndedPhase } from '../../../domain/event-run.ts';
import { outcomeOf } from '../../../domain/run-outcome.ts';
import { findChunk, readRuns } from '../../../temporal/read-chunk.ts';
import type { RecordedChunk } from '../../../temporal/read-chunk.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';
import { acceptedEvent, eventError, lightPlan, NOON_MS } from '../domain/event-samples.ts';

const { EventType } = proto.temporal.api.enums.v1;

type Event = temporal.api.history.v1.IHistoryEvent;

const plan = { ...lightPlan, stages: ['action'] };
const events = [acceptedEvent({ id: 'g~0_0', plan }), acceptedEvent({ id: 'g~0_1', plan })];
const [event] = events as [(typeof events)[number]];
const task: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED };
const terminated: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED };
const cancelled: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED };

function payloads(value: unknown) {
  return { payloads: [defaultPayloadConverter.toPayload(value)] };
}

function started(of: readonly (typeof events)[number][]): Event {
  return { workflowExecutionStartedEventAttributes: { input: payloads(toChunk(of)), originalExecutionRunId: 'run-first' } };
}

function completed(result: unknown): Event {
  const eventType = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED;
  return { eventType, workflowExecutionCompletedEventAttributes: { result: payloads(result) } };
}

function failed(...details: readonly unknown[]): Event {
  const error = ApplicationFailure.create({ message: 'no', type: 'boom', nonRetryable: true, details: [...details] });
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
  return { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, workflowExecutionFailedEventAttributes: { failure } };
}

/** What a call that has completed all but the second has left. */
function marker(): Event {
  const runs = events.map((one, index) => {
    const begun = beginAttempt(acceptRun(one), 'action');
    return outcomeOf(acceptRun(one), index === 1 ? begun : recordSuccess(begun, 'action', { value: 1, endedAtMs: NOON_MS }));
  });
  const outcome: ChunkOutcome = { runs };
  return { markerRecordedEventAttributes: { markerName: 'core_local_activity', details: { result: payloads(outcome) } } };
}

function left(phase: EndedPhase, runId = 'run-reset'): RunRecord {
  return { ...stateOf(endRun(acceptRun(event), phase)), callback: initialCallback(null), runId };
}

/** Reads what an engine with such a history, memo and answer to queries has on record. */
async function read(history: readonly Event[], memo?: unknown, query = vi.fn(() => Promise.reject(new Error('nobody is there')))) {
  const handle = vi.fn(() => ({ query, describe: async () => ({ memo }) }));
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflow: { getHandle: handle },
    workflowService: {
      getWorkflowExecutionHistory: async () => ({ history: { events: history }, nextPageToken: new Uint8Array() }),
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: history.slice(-1) } }),
    },
  } as unknown as Client;
  const found = await findChunk(client, { workflowId: 'g~0' });
  if (found === null) throw new Error('there is none');
  const chunk: RecordedChunk = await readRuns(client, found);
  return { ...chunk, handle, query };
}

describe('of a run that is alone', () => {
  it.each<[string, EndedPhase, (record: RunRecord) => readonly Event[], (record: RunRecord) => unknown]>([
    ['its result', { status: 'completed', endedAtMs: NOON_MS }, (record) => [completed(record)], () => undefined],
    ['its failure', { status: 'failed', endedAtMs: NOON_MS, error: eventError() }, (record) => [failed(record, 'cause')], () => undefined],
    ['its memo', { status: 'cancelled', endedAtMs: NOON_MS }, () => [cancelled], (record) => ({ ended: record })],
  ])('%s says what became of it, and by which run of its workflow', async (_what, phase, end, memo) => {
    const record = left(phase);
    const { runs, workflow, handle } = await read([started([event]), task, ...end(record)], memo(record));

    expect(runs).toEqual([record]);
    expect(workflow).toEqual({ workflowId: 'g~0', runId: 'run-reset' });
    // The first run is closed, where the workflow was reset.
    for (const [, runId] of handle.mock.calls as unknown as readonly [string, string | undefined][]) expect(runId).toBeUndefined();
  });

  it('its workflow says where it is while it is open, and nobody else does', async () => {
    const record = { ...stateOf(beginAttempt(acceptRun(event), 'action')), callback: initialCallback(null), runId: 'run-reset' };
    const answer = vi.fn(() => Promise.resolve(record)) as unknown as Parameters<typeof read>[2];

    expect(await read([started([event]), task], undefined, answer)).toMatchObject({ runs: [record], workflow: { runId: 'run-reset' } });
    expect(await read([started([event]), task])).toMatchObject({ runs: null, workflow: { runId: 'run-first' } });
  });

  it('the outcomes of its calls are all that is left where it was ended by force, or by an error of ours', async () => {
    for (const end of [terminated, failed('a bug')]) {
      expect((await read([started([event]), marker(), end])).runs).toMatchObject([{ phase: { status: 'completed' } }]);
      expect((await read([started([event]), task, end])).runs).toBeNull();
    }
  });
});

describe('of runs in company', () => {
  it.each<[string, Event]>([
    ['goes on', task],
    ['has ended', completed(null)],
    ['was ended by force', terminated],
  ])('the outcome of their call is on record while their workflow %s', async (_what, end) => {
    const { runs, query } = await read([started(events), marker(), end]);

    expect(runs).toMatchObject([{ phase: { status: 'completed' }, results: { action: 1 } }, { hasLeft: true }]);
    expect(query).not.toHaveBeenCalled();
  });

  it('nothing is on record before that', async () => {
    expect((await read([started(events), task])).runs).toBeNull();
  });
});

it('finds no chunk in a workflow that was started with something else, unless its events are known', async () => {
  const history = [{ workflowExecutionStartedEventAttributes: { input: payloads({ page: 'a' }) } }, task];
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: {
      getWorkflowExecutionHistory: async () => ({ history: { events: history } }),
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: [task] } }),
    },
  } as unknown as Client;

  expect(await findChunk(client, { workflowId: 'unit' })).toBeNull();
  expect(await findChunk(client, { workflowId: 'unit' }, [event])).toMatchObject({ events: [event], chunk: null });
});

it.each([
  ['before the end of the one before is read', 0],
  ['between its end and its beginning', 1],
  ['after both', 2],
])('shows one run of an event that is replayed meanwhile: %s', async (_when, callsBefore) => {
  const mark = { atMs: NOON_MS, of: 'run-first', by: 'request-1', asked: 'a' };
  const first = [started([event]), failed(left({ status: 'failed', endedAtMs: NOON_MS, error: eventError() }, 'run-first'))];
  const second = [started([{ ...event, run: 2, replay: mark }]), task];
  let calls = 0;
  const current = () => {
    calls += 1;
    return calls > callsBefore ? second : first;
  };
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: {
      getWorkflowExecutionHistory: async () => ({ history: { events: current() }, nextPageToken: new Uint8Array() }),
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: current().slice(-1) } }),
    },
  } as unknown as Client;
  const found = await findChunk(client, { workflowId: 'order-1' });
  expect([found?.events[0]?.run, found?.end.kind]).toEqual(callsBefore === 2 ? [1, 'failed'] : [2, 'open']);
});
