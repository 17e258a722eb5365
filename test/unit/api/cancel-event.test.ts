import type { Client } from '@temporalio/client';
import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { describe, expect, it, vi } from 'vitest';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { cancelEvent } from '../../../api/temporal/cancel-event.ts';
import { toChunk } from '../../../domain/chunk.ts';
import { acceptRun, beginAttempt, endRun } from '../../../domain/event-run.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';

const { EventType } = proto.temporal.api.enums.v1;
const event = acceptedEvent();
const never = (): boolean => false;

/** An engine whose workflow is open when it is first looked at, then as `end` says; nobody answers its queries. */
function engine(end: keyof typeof EventType = 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED') {
  const executeUpdate = vi.fn<(name: string, options: { readonly updateId: string }) => Promise<void>>(async () => undefined);
  const ask = vi.fn<(updateId: string) => Promise<void>>(async () => undefined);
  const input = { payloads: [defaultPayloadConverter.toPayload(toChunk([event]))] };
  const looks: (keyof typeof EventType)[] = ['EVENT_TYPE_WORKFLOW_TASK_SCHEDULED'];
  const result = vi.fn<() => Promise<unknown>>(async () => null);
  const handle = {
    executeUpdate,
    result,
    getUpdateHandle: (updateId: string) => ({ result: () => ask(updateId) }),
    query: () => Promise.reject(new Error('busy')),
  };
  const client = {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflow: { getHandle: () => handle },
    workflowService: {
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: [{ eventType: EventType[looks.pop() ?? end] }] } }),
      getWorkflowExecutionHistory: async () => ({ history: { events: [{ workflowExecutionStartedEventAttributes: { input } }] } }),
    },
  } as unknown as Client;
  return { client, executeUpdate, ask, result };
}

const unanswered = new WorkflowUpdateRPCTimeoutOrCancelledError('Deadline exceeded', {
  cause: Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: '', metadata: {} }),
});
const unknown = new WorkflowNotFoundError('no such Update', event.id, undefined);

function refused(type: string): WorkflowUpdateFailedError {
  return new WorkflowUpdateFailedError('refused', ApplicationFailure.nonRetryable('no', type));
}

describe('a cancellation that the engine did not answer', () => {
  it.each([
    ['was taken', async () => undefined, 'cancelling'],
    ['was refused', () => Promise.reject(refused('not_cancellable')), 'not_cancellable'],
    ['came too late', () => Promise.reject(refused('already_ended')), 'already_ended'],
  ])('is asked for again by its id, and %s', async (_what, answer, verdict) => {
    const { client, executeUpdate, ask } = engine();
    executeUpdate.mockRejectedValue(unanswered);
    ask.mockImplementation(answer);

    expect(await cancelEvent(client, createLiveRuns(), never, event.id)).toBe(verdict);
    expect(ask).toHaveBeenCalledExactlyOnceWith(executeUpdate.mock.calls[0]?.[1].updateId);
  });

  it.each([
    ['has no answer either', unanswered],
    ['is not known', unknown],
  ])('is of unknown outcome where the second question %s', async (_what, error) => {
    const { client, executeUpdate, ask } = engine();
    executeUpdate.mockRejectedValue(unanswered);
    ask.mockRejectedValue(error);

    await expect(cancelEvent(client, createLiveRuns(), never, event.id)).rejects.toThrow(EngineUnavailableError);
  });

  it('came to nothing where the event has ended without it', async () => {
    const { client, executeUpdate, ask } = engine('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
    executeUpdate.mockRejectedValue(unknown);
    ask.mockRejectedValue(unknown);

    expect(await cancelEvent(client, createLiveRuns(), never, event.id)).toBe('already_ended');
  });
});

it('takes no failure for a refusal', async () => {
  const { client, executeUpdate } = engine();
  executeUpdate.mockRejectedValue(refused('of another kind'));

  await expect(cancelEvent(client, createLiveRuns(), never, event.id)).rejects.toThrow('refused');
});

it.each([
  ['at its stages', beginAttempt(acceptRun(event), 'meaning'), 'not_cancellable'],
  ['at its end', endRun(acceptRun(event), { status: 'completed', endedAtMs: NOON_MS }), 'already_ended'],
])('asks nothing of a light event that this process shows %s', async (_what, run, verdict) => {
  const { client, executeUpdate } = engine();
  const liveRuns = createLiveRuns();
  liveRuns.observe(run, { id: event.id, runId: 'run-1' });

  expect(await cancelEvent(client, liveRuns, never, event.id)).toBe(verdict);
  expect(executeUpdate).not.toHaveBeenCalled();
});

describe('what this process was to run ahead', () => {
  const failed = (cause: Error): WorkflowFailedError => new WorkflowFailedError('it has not completed', cause, 'NON_RETRYABLE_FAILURE');

  it.each([
    ['is cancelled', () => Promise.reject(failed(new CancelledFailure('the event was cancelled'))), 'cancelling'],
    ['has failed in another process', () => Promise.reject(failed(ApplicationFailure.nonRetryable('no'))), 'already_ended'],
    ['was completed by another process', async () => null, 'already_ended'],
  ])('is taken back before it has begun, and is what is on record of it: it %s', async (_what, answer, verdict) => {
    const { client, executeUpdate, result } = engine();
    const withdraw = vi.fn(() => true);
    result.mockImplementation(answer);

    expect(await cancelEvent(client, createLiveRuns(), withdraw, event.id)).toBe(verdict);
    expect(withdraw).toHaveBeenCalledExactlyOnceWith(event.id);
    expect(executeUpdate).not.toHaveBeenCalled();
  });

  it('is of unknown outcome where that is not on record in time', async () => {
    const { client, result } = engine();
    result.mockRejectedValue(Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: '', metadata: {} }));

    await expect(cancelEvent(client, createLiveRuns(), () => true, event.id)).rejects.toThrow(EngineUnavailableError);
  });
});
