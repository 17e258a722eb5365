import type { Client } from '@temporalio/client';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { expect, it } from 'vitest';
import { recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import { acceptRun, beginAttempt, reportProgress, stateOf, wait } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { outcomeOf } from '../../../domain/run-outcome.ts';
import { readStanding } from '../../../temporal/read-standing.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';
import { acceptedEvent, eventError, lightPlan, NOON_MS } from '../domain/event-samples.ts';

const { EventType } = proto.temporal.api.enums.v1;

type Event = temporal.api.history.v1.IHistoryEvent;

const limits = [
  { key: 'tasks', capacity: 5, reserved: {} },
  { key: 'host:a', capacity: 1, reserved: {} },
];
const heavy = acceptedEvent({
  plan: { ...lightPlan, weight: 'heavy', stages: ['fetch', 'pack'], timeoutsMs: { fetch: 1, pack: 1 }, limits },
});
const light = acceptedEvent();
const accepted = acceptRun(heavy);
const started: Event = { eventTime: { seconds: NOON_MS / 1_000 } as never };
const taskStarted: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED };
const taskCompleted: Event = { eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED };
const timerFired: Event = { eventType: EventType.EVENT_TYPE_TIMER_FIRED };
const granted: Event = { workflowExecutionSignaledEventAttributes: { signalName: 'permitGranted' } };
const begun = [started, taskStarted, taskCompleted];

function payloads(value: unknown) {
  return { payloads: [defaultPayloadConverter.toPayload(value)] };
}

function scheduled(stage: string, run: EventRun): Event {
  const input = payloads({ run, workflow: { id: 'order-1', runId: 'run-a' } });
  return { activityTaskScheduledEventAttributes: { activityType: { name: stage }, input } };
}

function completed(result: unknown): Event {
  return { activityTaskCompletedEventAttributes: { result: payloads(result) } };
}

function failed(error: Error): Event {
  return { activityTaskFailedEventAttributes: { failure: defaultFailureConverter.errorToFailure(error, defaultPayloadConverter) } };
}

function timedOut(lastHeartbeatDetails: unknown): Event {
  return {
    activityTaskTimedOutEventAttributes: { failure: { timeoutFailureInfo: { lastHeartbeatDetails: payloads(lastHeartbeatDetails) } } },
  };
}

function read(events: readonly Event[], event = heavy) {
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: { getWorkflowExecutionHistory: async () => ({ history: { events }, nextPageToken: new Uint8Array() }) },
  } as unknown as Client;
  return readStanding(client, { workflowId: 'order-1' }, acceptRun(event));
}

const fetching = beginAttempt(accepted, 'fetch');
const fetched = recordSuccess(fetching, 'fetch', { value: 1, endedAtMs: NOON_MS });
const half = { step: 's', percent: 50, message: 'm' };

it('is at the attempt that is under way on a worker', async () => {
  expect(await read([...begun, granted, scheduled('fetch', accepted)])).toEqual(stateOf(fetching));
  expect(await read([...begun, scheduled('fetch', accepted), completed(outcomeOf(accepted, fetched)), scheduled('pack', fetched)])).toEqual(
    stateOf(beginAttempt(fetched, 'pack')),
  );
});

it('is as an attempt has left it', async () => {
  const packing = beginAttempt(fetched, 'pack');
  const failure = {
    error: eventError({ stage: 'pack', retryable: true }),
    retryable: true,
    retryAfterMs: null,
    lost: false,
    startedAtMs: NOON_MS,
    endedAtMs: NOON_MS,
  };
  const waiting = recordFailure(packing, 'pack', failure, NOON_MS);
  const details = [outcomeOf(fetched, waiting)];

  expect(await read([...begun, scheduled('fetch', accepted), completed(outcomeOf(accepted, fetched))])).toEqual(stateOf(fetched));
  expect(await read([...begun, scheduled('pack', fetched), failed(ApplicationFailure.create({ message: 'no', details }))])).toEqual(
    stateOf(waiting),
  );
});

it('keeps what an attempt has said whose worker is gone', async () => {
  expect(await read([...begun, scheduled('fetch', accepted), timedOut(half)])).toEqual(stateOf(reportProgress(fetching, half)));
  expect(await read([...begun, scheduled('fetch', accepted), timedOut(null)])).toEqual(stateOf(fetching));
});

it('takes nothing else for an outcome', async () => {
  const others = [completed(undefined), failed(new Error('no')), failed(ApplicationFailure.create({ message: 'no' }))];

  expect(await read([...begun, scheduled('fetch', accepted), ...others])).toEqual(stateOf(fetching));
});

it('waits for the first of the permits that it was not granted, in the order of their keys', async () => {
  const waitingFor = (key: string) => stateOf(wait(accepted, null, { reason: 'permit', key, sinceMs: NOON_MS }));

  expect(await read(begun)).toEqual(waitingFor('host:a'));
  expect(await read([...begun, granted])).toEqual(waitingFor('tasks'));
  expect(await read([...begun, granted, granted])).toEqual(stateOf(accepted));
  expect(await read([started, taskStarted])).toEqual(stateOf(accepted));
  const { limits: _none, ...plan } = heavy.plan;
  expect(await read(begun, { ...heavy, plan })).toEqual(stateOf(accepted));
});

it('waits for its time, and no longer', async () => {
  const delayed = { ...light, delayMs: 5_000 };
  const waiting = wait(acceptRun(delayed), null, { reason: 'delay', untilMs: NOON_MS + 5_000, forMs: 5_000 });

  expect(await read(begun, delayed)).toEqual(stateOf(waiting));
  expect(await read([...begun, timerFired, taskStarted], delayed)).toEqual(stateOf(beginAttempt(acceptRun(delayed), 'meaning')));
});

it('runs its stages, where a task may be at them that is not over', async () => {
  expect(await read([started], light)).toEqual(stateOf(acceptRun(light)));
  expect(await read([started, taskStarted], light)).toEqual(stateOf(beginAttempt(acceptRun(light), 'meaning')));
});

it('is not known where there is no such workflow', async () => {
  const notFound = Object.assign(new Error('gone'), { code: 5, details: '', metadata: {} });
  const client = {
    options: { namespace: 'night', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: { getWorkflowExecutionHistory: () => Promise.reject(notFound) },
  } as unknown as Client;

  expect(await readStanding(client, { workflowId: 'order-1' }, acceptRun(heavy))).toBeNull();
});

it('cleans up where that has been asked for, whatever is on record of it', async () => {
  const packing = beginAttempt(fetched, 'pack');
  const cleanup = { ...acceptRun(heavy), results: fetched.results };
  const cleaned = recordSuccess(beginAttempt(cleanup, 'onCancel'), 'onCancel', { value: null, endedAtMs: NOON_MS });
  const events = [...begun, scheduled('pack', fetched), scheduled('onCancel', cleanup)];
  const shown = { ...stateOf(packing), phase: { status: 'running', stage: 'onCancel' } };

  expect(await read(events)).toEqual(shown);
  expect(await read([...events, timedOut(half)])).toEqual(shown);
  expect(await read([...events, completed(outcomeOf(cleanup, cleaned))])).toEqual(shown);
});
